//! For whom a view of a ticket is made.

use shared_kernel::{Actor, CustomerId};

/// For whom a view is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    Staff,
    Owner,
    /// Whoever sent the public form. They learn nothing they did not write: the customer's id is
    /// the one derived from the address, whether or not the address was known.
    Public {
        customer: CustomerId,
    },
}

impl Audience {
    /// The audience an actor belongs to.
    pub fn of(actor: &Actor) -> Self {
        if actor.role.is_staff() {
            Self::Staff
        } else {
            Self::Owner
        }
    }
}
