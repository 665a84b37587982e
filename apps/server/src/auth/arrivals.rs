//! Entering callers on first use.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use shared_kernel::{Actor, Clock, StoreError};
use support_domain::SupportStore;
use support_domain::people::welcome;

/// Callers remembered before the memory is emptied.
const REMEMBERED: usize = 10_000;
/// Times a caller is entered while others are entering the same address.
const ATTEMPTS: u32 = 3;

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
        let mut attempt = 1;
        while let Err(error) = self.enter(actor).await {
            // Somebody else, mostly the form, was entering the same address at the same moment.
            let collided = matches!(error, StoreError::Collision | StoreError::Duplicate(_));
            if !collided || attempt == ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(mark);
        Ok(())
    }

    async fn enter(&self, actor: &Actor) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        if let Err(error) = welcome(&mut *tx, actor, self.clock.now()).await {
            tx.rollback().await;
            return Err(error);
        }
        tx.commit().await
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
