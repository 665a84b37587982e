//! Who asks.

use shared_kernel::{CustomerId, EmailAddress, EmailKey, Label, PhoneNumber, given_name};

/// A person's full name as typed: 2 to 120 characters.
pub type FullName = Label<2, 120>;

/// A customer of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    /// Family name; the whole name when only one word is known, empty when none is.
    pub name: String,
    /// First name; empty when unknown.
    pub first_name: String,
    pub email: Option<EmailAddress>,
    pub phone: Option<PhoneNumber>,
    /// The address a token vouched for. `None` as long as nobody proved it.
    pub verified_email: Option<EmailKey>,
    /// Name and telephone were typed into the public form: nobody vouches for them, and they go when
    /// the address is proven.
    pub typed: bool,
}

impl Customer {
    /// First name and family name; `None` when neither is known.
    pub fn display_name(&self) -> Option<String> {
        let full = [self.first_name.as_str(), self.name.as_str()].join(" ");
        let full = full.trim();
        (!full.is_empty()).then(|| full.to_owned())
    }

    /// Leaves out of the name what an earlier release made of the address or the id.
    #[must_use]
    pub fn with_given_names(mut self) -> Self {
        let address = self.email.as_ref().map(EmailAddress::as_str);
        self.first_name = given_name(&self.first_name, None).unwrap_or_default();
        let made_of = address.filter(|_| self.first_name.is_empty());
        self.name = given_name(&self.name, made_of)
            .filter(|name| *name != self.id.as_str())
            .unwrap_or_default();
        self
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
    use crate::testing::{address, customer_id};

    fn stored(first_name: &str, name: &str) -> Customer {
        Customer {
            id: customer_id("auth0|64f"),
            name: name.to_owned(),
            first_name: first_name.to_owned(),
            email: Some(address("f25.1975")),
            phone: None,
            verified_email: None,
            typed: false,
        }
    }

    #[test]
    fn a_full_name_is_split_at_its_first_blank() {
        assert_eq!(split_name("Jean Dupont"), ("Jean".into(), "Dupont".into()));
        assert_eq!(
            split_name("Anne  de La Tour"),
            ("Anne".into(), "de La Tour".into())
        );
        assert_eq!(split_name("Cher"), (String::new(), "Cher".into()));
        assert_eq!(split_name(""), (String::new(), String::new()));
    }

    #[test]
    fn what_was_stored_of_an_address_or_an_id_is_no_name() {
        for name in ["f25.1975", "f25.1975@example.com", "auth0|64f", ""] {
            let read = stored("", name).with_given_names();
            assert_eq!(read.display_name(), None, "{name}");
        }
        let read = stored("Jean Paul", "Dupont").with_given_names();
        assert_eq!(read.display_name().as_deref(), Some("Jean Paul Dupont"));
    }
}
