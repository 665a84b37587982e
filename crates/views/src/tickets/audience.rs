//! For whom a view of a ticket is made.

use std::sync::Arc;

use shared_kernel::{Actor, CustomerId};
use support_domain::staff::{name_for_customers, name_for_staff};

/// For whom a view is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    Staff,
    /// The customer, who sees somebody of support without a name under the desk's.
    Owner {
        desk_name: Arc<str>,
    },
    /// Whoever sent the public form. They learn nothing they did not write: the customer's id is
    /// the one derived from the address, whether or not the address was known.
    Public {
        customer: CustomerId,
    },
}

impl Audience {
    /// The audience an actor belongs to, at a desk of this name.
    pub fn of(actor: &Actor, desk_name: &Arc<str>) -> Self {
        if actor.role.is_staff() {
            Self::Staff
        } else {
            Self::Owner {
                desk_name: Arc::clone(desk_name),
            }
        }
    }

    /// What this audience sees of somebody of support; the public form sees nobody.
    pub(super) fn name_of_staff(&self, given: Option<&str>, id: &str) -> Option<String> {
        match self {
            Self::Staff => Some(name_for_staff(given, id).to_owned()),
            Self::Owner { desk_name } => Some(name_for_customers(given, desk_name).to_owned()),
            Self::Public { .. } => None,
        }
    }
}
