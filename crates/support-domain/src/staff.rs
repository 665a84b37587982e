//! Who answers.

use shared_kernel::{EmailAddress, StaffId, given_name};

/// A member of the support team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    pub id: StaffId,
    /// The name that was given; never one made of the address.
    pub name: Option<String>,
    /// Never shown to customers.
    pub email: Option<EmailAddress>,
}

impl Staff {
    /// Somebody as the store has them: without a name that an earlier release made of the address or
    /// the id.
    pub fn stored(id: StaffId, name: &str, email: Option<EmailAddress>) -> Self {
        let address = email.as_ref().map(EmailAddress::as_str);
        let name = given_name(name, address).filter(|name| name != id.as_str());
        Self { id, name, email }
    }
}

/// What customers see of somebody of support: the name that was given, else the desk's.
pub fn name_for_customers<'a>(given: Option<&'a str>, desk_name: &'a str) -> &'a str {
    given.unwrap_or(desk_name)
}

/// What colleagues see of somebody of support: the name that was given, else the id.
pub fn name_for_staff<'a>(given: Option<&'a str>, id: &'a str) -> &'a str {
    given.unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{address, staff_id};

    #[test]
    fn a_stored_name_made_of_the_address_or_the_id_is_none() {
        for (name, read) in [
            ("Claire Martin", Some("Claire Martin")),
            ("claire.martin", None),
            ("claire.martin@example.com", None),
            ("staff-7", None),
            ("", None),
        ] {
            let staff = Staff::stored(staff_id("staff-7"), name, Some(address("claire.martin")));
            assert_eq!(staff.name.as_deref(), read, "{name}");
        }
    }

    #[test]
    fn customers_see_the_desks_name_where_none_was_given_and_colleagues_the_id() {
        assert_eq!(name_for_customers(None, "Support"), "Support");
        assert_eq!(name_for_customers(Some("Claire"), "Support"), "Claire");
        assert_eq!(name_for_staff(None, "staff-7"), "staff-7");
        assert_eq!(name_for_staff(Some("Claire"), "staff-7"), "Claire");
    }
}
