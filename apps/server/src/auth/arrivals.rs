//! Entering callers on first use.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use shared_kernel::{Actor, Clock, StoreError};
use support_domain::SupportStore;

/// Callers remembered before the memory is emptied.
const REMEMBERED: usize = 10_000;

/// Makes sure a caller is in the store before anything is done in their name.
pub struct Arrivals {
    store: Arc<dyn SupportStore>,
    clock: Arc<dyn Clock>,
    seen: Mutex<HashSet<u64>>,
}

impl Arrivals {
    /// Makes one over a store.
    pub fn new(store: Arc<dyn SupportStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            seen: Mutex::new(HashSet::new()),
        }
    }

    /// Enters the caller unless this process has done so, with the same claims, before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn welcome(&self, actor: &Actor) -> Result<(), StoreError> {
        let mark = mark(actor);
        if self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&mark)
        {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        if let Err(error) = tx.welcome(actor, self.clock.now()).await {
            tx.rollback().await;
            return Err(error);
        }
        tx.commit().await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(mark);
        Ok(())
    }
}

/// Tells callers apart by all that is entered of them.
fn mark(actor: &Actor) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    actor.id.hash(&mut hasher);
    actor.role.hash(&mut hasher);
    actor.email.hash(&mut hasher);
    actor.name.hash(&mut hasher);
    hasher.finish()
}
