//! Entering callers on first use.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use shared_kernel::{Actor, Clock, StoreError};
use support_domain::people::welcome;

use crate::work::{Ending, Executor};

/// Callers remembered before the memory is emptied.
const REMEMBERED: usize = 10_000;

/// Makes sure a caller is in the store before anything is done in their name.
pub struct Arrivals {
    work: Arc<Executor>,
    clock: Arc<dyn Clock>,
    seen: Mutex<HashSet<u64>>,
}

impl Arrivals {
    /// Enters callers through this executor.
    pub fn new(work: Arc<Executor>, clock: Arc<dyn Clock>) -> Self {
        Self {
            work,
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
        self.enter(actor).await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(mark);
        Ok(())
    }

    async fn enter(&self, actor: &Actor) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut attempts = self.work.attempts();
        loop {
            let tx = attempts.begin().await?;
            let entered = welcome(tx, actor, now).await.map_err(|error| match error {
                // Somebody else, mostly the form, was entering the same address at the same moment.
                StoreError::Duplicate(_) => StoreError::Collision,
                other => other,
            });
            if attempts.end(entered.map(Ending::Commit)).await?.is_some() {
                return Ok(());
            }
        }
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
