//! Who answers.

use shared_kernel::{EmailAddress, StaffId};

/// A member of the support team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    pub id: StaffId,
    /// The name shown to customers.
    pub name: String,
    /// Never shown to customers.
    pub email: Option<EmailAddress>,
}
