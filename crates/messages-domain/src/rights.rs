//! Who may see and do what with messages. The one place; every exit asks here.

use shared_kernel::{Actor, CustomerId, Role};

use crate::message::Message;

/// Which messages a caller's lists and counts run over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Staff: all but deleted ones.
    All,
    /// A customer: their own, but neither archived nor deleted ones in lists.
    Own(CustomerId),
}

impl Scope {
    /// The scope of an actor.
    pub fn of(actor: &Actor) -> Self {
        if actor.role.is_staff() {
            Self::All
        } else {
            Self::Own(actor.id.as_customer())
        }
    }

    /// Whether this scope holds a message. An archived one can still be opened by its id.
    pub fn holds(&self, message: &Message) -> bool {
        message.deleted_at.is_none()
            && match self {
                Self::All => true,
                Self::Own(customer) => message.customer == *customer,
            }
    }
}

/// Who may archive and delete: the customer it belongs to, the staff member who wrote it, admins.
pub fn may_put_away(actor: &Actor, message: &Message) -> bool {
    match actor.role {
        Role::Customer => message.customer == actor.id.as_customer(),
        Role::Staff => message.author == actor.id,
        Role::Admin => true,
    }
}
