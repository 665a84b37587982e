//! Why a request on tickets was not done.

use std::fmt;

use shared_kernel::{CustomerId, StoreError};

/// Whom a request names. How it does is the shell's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The customer a ticket is for.
    Customer,
    /// The staff member a ticket is assigned or escalated to.
    Staff,
    /// The staff member a ticket is assigned to together with a change of its status.
    NewAssignee,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customer => "customer",
            Self::Staff => "staff member",
            Self::NewAssignee => "new assignee",
        })
    }
}

/// What only one side of the desk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// Staff: writing an internal note.
    Note,
    /// Staff: assigning, or writing a note, together with a change of the status.
    AssignmentOrNote,
    /// Staff: handing a ticket on, or taking it away.
    Assignment,
    /// Staff: escalating a ticket.
    Escalation,
    /// Staff: entering a customer.
    EnteringCustomers,
    /// Admins: entering a colleague.
    EnteringStaff,
    /// Customers: rating a ticket.
    Rating,
}

impl fmt::Display for Reserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "internal notes are for staff",
            Self::AssignmentOrNote => "assigning and internal notes are for staff",
            Self::Assignment => "assigning is for staff",
            Self::Escalation => "escalating is for staff",
            Self::EnteringCustomers => "entering customers is for staff",
            Self::EnteringStaff => "entering staff is for admins",
            Self::Rating => "only the customer rates a ticket",
        })
    }
}

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum SupportError {
    /// Absent, or not the caller's to know of.
    #[error("no such ticket")]
    TicketNotFound,
    /// The caller's role does not allow it.
    #[error("not allowed: {0}")]
    Forbidden(Reserved),
    /// A request claims to come from somebody who is not the caller.
    #[error("the {0} is not the caller")]
    IdentityMismatch(Named),
    /// A request names somebody who is not there.
    #[error("no such {0}")]
    UnknownReference(Named),
    /// Somebody has this id already.
    #[error("a {0} has this id")]
    AlreadyThere(Named),
    /// A customer has this address.
    #[error("customer {0} has this address")]
    AddressTaken(CustomerId),
    /// Neither an id nor an address.
    #[error("neither an id nor an address")]
    Nobody,
    /// A name that is an address, or made of one.
    #[error("the name is an address")]
    NoName,
    /// `If-Match` named a version that has passed.
    #[error("the ticket has changed since it was read")]
    VersionMismatch,
    /// Only a closed ticket can be rated.
    #[error("the ticket is still open")]
    StillOpen,
    /// This closing was rated before, otherwise.
    #[error("the ticket was already rated")]
    AlreadyRated,
    /// The signed link belongs to an earlier closing.
    #[error("the link belongs to an earlier closing of the ticket")]
    OutdatedLink,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
