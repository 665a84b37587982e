//! Where a connection wants to go on, and how it came in.

use crate::log::join::Resync;

/// Where a connection wants to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resume {
    /// It begins.
    Fresh,
    /// After this cursor.
    After(String),
    /// After this cursor, if the session key it shows was given to the same user for the same log.
    Recover { key: String, offset: Option<String> },
}

/// How a connection came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It begins here.
    Fresh,
    /// It gets all it missed.
    Recovered,
    /// It cannot be given what it missed and has to load everything anew.
    Refused(Resync),
}
