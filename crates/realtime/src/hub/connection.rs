//! A connection as the rest of the process sees it: a name and a queue.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::outbox::{Outbox, OutboxLimits};
use crate::dialect::Dialect;

/// A connection's number within this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(u64);

/// A connection.
pub(crate) struct Connection {
    /// Its number within this process.
    pub(crate) id: ConnectionId,
    /// Its name to the client: 120 random bits, so nobody can guess another's.
    pub(crate) socket_id: String,
    /// What its client speaks.
    pub(crate) dialect: &'static dyn Dialect,
    /// What waits to be sent to it.
    pub(crate) outbox: Outbox,
}

impl Connection {
    /// A new connection nobody knows of yet.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub(crate) fn new(
        dialect: &'static dyn Dialect,
        limits: OutboxLimits,
    ) -> Result<Self, getrandom::Error> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut bytes = [0; 15];
        getrandom::fill(&mut bytes)?;
        Ok(Self {
            id: ConnectionId(NEXT.fetch_add(1, Ordering::Relaxed)),
            socket_id: URL_SAFE_NO_PAD.encode(bytes),
            dialect,
            outbox: Outbox::new(limits),
        })
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
