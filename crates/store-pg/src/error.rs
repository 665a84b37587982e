//! Database errors become [`StoreError`]s here and nowhere else. Constraints keep the names they have
//! in the schema.

use deadpool::managed::PoolError;
use diesel::ConnectionError;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use shared_kernel::StoreError;

/// Messages of a server that is going, coming, full or overloaded. The driver does not hand out
/// the SQLSTATE of these, so the server must speak English (`lc_messages`), as ours does.
const UNAVAILABLE: [&str; 12] = [
    "terminating connection",
    "the database system is",
    "too many clients",
    "remaining connection slots",
    "canceling statement due to",
    "canceling authentication",
    "No space left on device",
    "could not extend file",
    "could not write",
    "could not open file",
    "out of memory",
    "out of shared memory",
];

pub(crate) fn from_diesel(error: Error) -> StoreError {
    match error {
        Error::DatabaseError(kind, info) => from_database(kind, &*info),
        Error::BrokenTransactionManager => StoreError::Unavailable("the connection broke".into()),
        other => StoreError::Defect(Box::new(other)),
    }
}

fn from_database(kind: DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> StoreError {
    let constraint = || info.constraint_name().unwrap_or("unnamed").to_owned();
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Duplicate(constraint()),
        DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => {
            StoreError::MissingReference(constraint())
        }
        DatabaseErrorKind::SerializationFailure => StoreError::Collision,
        DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::ReadOnlyTransaction => StoreError::Unavailable(info.message().into()),
        _ if info.message().contains("deadlock detected") => StoreError::Collision,
        _ if UNAVAILABLE.iter().any(|text| info.message().contains(text)) => {
            StoreError::Unavailable(info.message().into())
        }
        _ => StoreError::Defect(info.message().into()),
    }
}

pub(crate) fn from_pool(error: PoolError<ConnectionError>) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// A row that breaks a rule the writer should have kept.
pub(crate) fn bad_row(table: &str, row: &str, column: &str) -> StoreError {
    StoreError::defect(format!(
        "{table}.{column} of row {row} holds a value it cannot have"
    ))
}
