//! A connection as the rest of the process sees it: a name and a queue.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::outbox::{Outbox, OutboxLimits};
use crate::dialect::Dialect;

/// A connection's number within this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(u64);

/// A connection.
pub(crate) struct Connection {
    /// Its number within this process.
    pub(crate) id: ConnectionId,
    /// What its client speaks.
    pub(crate) dialect: &'static dyn Dialect,
    /// What waits to be sent to it.
    pub(crate) outbox: Outbox,
}

impl Connection {
    /// A new connection nobody knows of yet.
    pub(crate) fn new(dialect: &'static dyn Dialect, limits: OutboxLimits) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: ConnectionId(NEXT.fetch_add(1, Ordering::Relaxed)),
            dialect,
            outbox: Outbox::new(limits),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
