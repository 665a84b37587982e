//! Who may see and do what with tickets. The one place; every exit asks here.

use shared_kernel::{Actor, CustomerId, EmailKey};

use crate::customer::Customer;
use crate::error::{Reserved, SupportError};
use crate::ticket::{Side, Ticket};

/// Which tickets a caller's lists and searches run over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Staff: all of them, notes included.
    All,
    /// A customer: their own, without internal notes.
    Own {
        customer: CustomerId,
        /// The address their token vouches for.
        email: Option<EmailKey>,
    },
}

impl Scope {
    /// The scope of an actor.
    pub fn of(actor: &Actor) -> Self {
        if actor.role.is_staff() {
            Self::All
        } else {
            Self::Own {
                customer: actor.id.as_customer(),
                email: actor.email.as_ref().map(shared_kernel::EmailAddress::key),
            }
        }
    }

    /// Whether this scope holds a ticket.
    ///
    /// A ticket written without a token under a known customer's address is theirs only once they
    /// came with a token that vouches for that address.
    pub fn holds(&self, ticket: &Ticket) -> bool {
        match self {
            Self::All => true,
            Self::Own { customer, email } => {
                ticket.customer == *customer
                    && (!ticket.unverified || email.as_ref() == Some(&ticket.contact.email))
            }
        }
    }

    /// Whether internal notes are part of what is shown.
    pub fn sees_notes(&self) -> bool {
        *self == Self::All
    }
}

/// Which side of the desk an actor is on.
pub fn side(actor: &Actor) -> Side {
    if actor.role.is_staff() {
        Side::Support
    } else {
        Side::Customer
    }
}

/// Only staff: hands tickets on, escalates them, enters customers.
///
/// # Errors
/// [`SupportError::Forbidden`] for customers.
pub fn staff_only(actor: &Actor, what: Reserved) -> Result<(), SupportError> {
    if actor.role.is_staff() {
        Ok(())
    } else {
        Err(SupportError::Forbidden(what))
    }
}

/// Only admins: enters colleagues.
///
/// # Errors
/// [`SupportError::Forbidden`] for everybody else.
pub fn admins_only(actor: &Actor, what: Reserved) -> Result<(), SupportError> {
    if actor.is_admin() {
        Ok(())
    } else {
        Err(SupportError::Forbidden(what))
    }
}

/// Whether what happens to a ticket may be told to its customer's own sockets.
pub fn owner_hears(ticket: &Ticket, owner: &Customer) -> bool {
    !ticket.unverified || owner.verified_email.as_ref() == Some(&ticket.contact.email)
}
