//! Attempts at one piece of work: begun, ended, and begun again where they collided.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use shared_kernel::{Done, StoreError};

use super::consequences::write_consequences;
use super::{Collides, DeskStore, DeskTx};
use crate::events::{Translate, Translator};

/// How often a unit of work is run when transactions collide. Whoever can wait for a lock does: what is
/// left are deadlocks, and what went away between being found and being named.
const MOST: u32 = 8;
/// Waited before the second attempt, and twice as long before each one after it.
const PAUSE: Duration = Duration::from_millis(5);
/// Waited at the most.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// Those who collided come back one after another: each waits so many parts of its pause longer than
/// the one before.
const PARTS: u32 = 8;

/// How long to wait before the attempt of this number, the second being 1.
fn pause(number: u32) -> Duration {
    static TURN: AtomicU32 = AtomicU32::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed) % PARTS;
    let whole = PAUSE * 2_u32.saturating_pow(number.saturating_sub(1));
    let whole = whole.min(LONGEST_PAUSE);
    whole / 2 + whole * turn / PARTS
}

/// How a unit of work is to end when it did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending<T> {
    /// With what was written.
    Commit(T),
    /// As if nothing had been.
    RollBack(T),
}

/// The attempts at one piece of work. Dropped in the middle of one, it is rolled back.
pub struct Attempts<'a> {
    store: &'a dyn DeskStore,
    translator: &'a Translator,
    /// Begun so far.
    begun: u32,
    open: Option<Box<dyn DeskTx>>,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(store: &'a dyn DeskStore, translator: &'a Translator) -> Self {
        Self {
            store,
            translator,
            begun: 0,
            open: None,
        }
    }

    /// Begins the next attempt; the first trusts that all is well, a later one finds out what was not.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin(&mut self) -> Result<&mut dyn DeskTx, StoreError> {
        if self.begun > 0 {
            tokio::time::sleep(pause(self.begun)).await;
        }
        let tx = if self.begun == 0 {
            self.store.begin_trusting().await?
        } else {
            self.store.begin().await?
        };
        self.begun += 1;
        Ok(&mut **self.open.insert(tx))
    }

    /// Ends an attempt at a use case: commits what it changed with what it tells. `None` when it
    /// collided and is to be begun again.
    ///
    /// # Errors
    /// The use case's, and the store's.
    pub async fn finish<T, V, E>(&mut self, done: Result<Done<T, V>, E>) -> Result<Option<T>, E>
    where
        V: Translate,
        E: Collides + From<StoreError>,
    {
        let tx = self.open.as_deref_mut().ok_or_else(not_begun)?;
        let ending = done.map(|done| Ending::Commit(write_consequences(self.translator, tx, done)));
        self.end(ending).await
    }

    /// Ends an attempt as it says. `None` when it collided and is to be begun again.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub async fn end<T, E>(&mut self, ending: Result<Ending<T>, E>) -> Result<Option<T>, E>
    where
        E: Collides + From<StoreError>,
    {
        let tx = self.open.take().ok_or_else(not_begun)?;
        let ended = match ending {
            Ok(Ending::Commit(value)) => tx.commit().await.map(|()| value).map_err(E::from),
            Ok(Ending::RollBack(value)) => {
                tx.rollback().await;
                Ok(value)
            }
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        };
        match ended {
            Err(error) if error.is_collision() && self.begun < MOST => Ok(None),
            ended => ended.map(Some),
        }
    }
}

fn not_begun() -> StoreError {
    StoreError::defect("no attempt has begun")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_differ_among_those_who_collided() {
        let shortest = |number| (0..PARTS).map(|_| pause(number)).min();
        let longest = |number| (0..PARTS).map(|_| pause(number)).max();
        assert!(longest(1) < shortest(4) && shortest(1) < longest(1));
        for number in 1..=MOST {
            assert!(longest(number) < Some(LONGEST_PAUSE * 3 / 2), "{number}");
        }
    }
}
