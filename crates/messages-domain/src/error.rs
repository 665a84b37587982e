//! Why a request on messages was not done.

use std::fmt;

use shared_kernel::StoreError;

/// Whom or what a request names. How it does is the shell's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The customer of the conversation.
    Customer,
    /// The staff member of the conversation.
    Staff,
    /// The order it is about.
    Order,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customer => "customer",
            Self::Staff => "staff member",
            Self::Order => "order",
        })
    }
}

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum MessagesError {
    /// Absent, or not the caller's to know of.
    #[error("no such message")]
    MessageNotFound,
    /// Absent, or not the caller's to put away.
    #[error("no such message, or not the caller's to put away")]
    NotFoundOrRefused,
    /// Deleted, and the caller's to put away: nothing is left to be done, by anybody.
    #[error("the message was deleted before")]
    DeletedBefore,
    /// A request claims to come from somebody who is not the caller.
    #[error("the {0} is not the caller")]
    IdentityMismatch(Named),
    /// A request names somebody or something that is not there.
    #[error("no such {0}")]
    UnknownReference(Named),
    /// Only its author may change what a message says.
    #[error("only its author may change a message")]
    NotTheAuthor,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
