//! Why a request on messages was not done.

use shared_kernel::StoreError;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum MessagesError {
    /// Absent, or not the caller's to know of.
    #[error("no such message")]
    MessageNotFound,
    /// Absent, or not the caller's to put away.
    #[error("no such message, or not the caller's to put away")]
    NotFoundOrRefused,
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
    /// Only its author may change what a message says.
    #[error("only its author may change a message")]
    NotTheAuthor,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
