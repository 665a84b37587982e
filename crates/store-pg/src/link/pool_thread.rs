//! The thread that drives a pool's connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;

/// The serving thread whose runtime moves the bytes of a pool's connections; none while it is not
/// known, or is gone: then the threads that open them do.
#[derive(Clone, Default)]
pub(crate) struct PoolThread(Arc<Mutex<Option<Handle>>>);

impl PoolThread {
    /// The thread's runtime.
    pub(crate) fn handle(&self) -> Option<Handle> {
        self.lock().clone()
    }

    /// From now on this thread drives new connections.
    pub(crate) fn set(&self, thread: Handle) {
        *self.lock() = Some(thread);
    }

    /// The thread has ended.
    pub(crate) fn clear(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
