//! Who asks.

use shared_kernel::{CustomerId, EmailAddress, EmailKey, Label, PhoneNumber};

/// A person's full name as typed: 2 to 120 characters.
pub type FullName = Label<2, 120>;

/// A customer of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    /// Family name; the whole name when only one word is known.
    pub name: String,
    /// First name; empty when unknown.
    pub first_name: String,
    pub email: Option<EmailAddress>,
    pub phone: Option<PhoneNumber>,
    /// The address a token vouched for. `None` as long as it was only typed into the form.
    pub verified_email: Option<EmailKey>,
}

impl Customer {
    /// First name and family name.
    pub fn display_name(&self) -> String {
        if self.first_name.is_empty() {
            self.name.clone()
        } else {
            format!("{} {}", self.first_name, self.name)
        }
    }
}

/// Splits a full name into first name and family name: "Jean Dupont" gives ("Jean", "Dupont").
pub fn split_name(full: &str) -> (String, String) {
    match full.trim().split_once(char::is_whitespace) {
        Some((first, family)) => (first.to_owned(), family.trim().to_owned()),
        None => (String::new(), full.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_is_split_at_its_first_blank() {
        assert_eq!(split_name("Jean Dupont"), ("Jean".into(), "Dupont".into()));
        assert_eq!(
            split_name("Anne  de La Tour"),
            ("Anne".into(), "de La Tour".into())
        );
        assert_eq!(split_name("Cher"), (String::new(), "Cher".into()));
    }
}
