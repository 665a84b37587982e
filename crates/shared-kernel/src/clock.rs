//! Time as an argument.

use chrono::{DateTime, Utc};

/// Tells the time. Everything that needs the time takes one, so tests can move it.
pub trait Clock: Send + Sync {
    /// The present instant, in UTC.
    fn now(&self) -> DateTime<Utc>;
}
