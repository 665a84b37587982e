//! Who wrote a ticket, in their own words.

use shared_kernel::{EmailKey, PhoneNumber};

use crate::customer::FullName;

/// Name, address and telephone as they were typed into the form. They stay with the ticket, whoever
/// it turns out to belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The address, canonical.
    pub email: EmailKey,
    /// `None` for tickets of before it was kept.
    pub name: Option<FullName>,
    pub phone: Option<PhoneNumber>,
    /// Typed by somebody signed in: the customer, or support for them. Else nothing vouches for it.
    pub signed_in: bool,
}
