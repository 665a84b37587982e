//! Why a request on tickets was not done.

use shared_kernel::StoreError;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum SupportError {
    /// Absent, or not the caller's to know of.
    #[error("no such ticket")]
    TicketNotFound,
    /// The caller's role does not allow it.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// A field claims to be the caller and is somebody else.
    #[error("{field} is not the caller")]
    IdentityMismatch {
        /// The request's field.
        field: &'static str,
    },
    /// A field names somebody or something that is not there.
    #[error("{field} names nothing known")]
    UnknownReference {
        /// The request's field.
        field: &'static str,
    },
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
