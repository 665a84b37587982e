//! Attempts at one piece of work: begun, ended, and begun again where they collided.

use std::time::Duration;

use shared_kernel::{Done, StoreError};

use super::consequences::write_consequences;
use super::{Collides, DeskStore, DeskTx};
use crate::events::{Translate, Translator};

/// How often a unit of work is run when transactions collide.
const MOST: u32 = 4;
/// Waited before another attempt, times its number.
const PAUSE: Duration = Duration::from_millis(5);

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
            tokio::time::sleep(PAUSE * (self.begun + 1)).await;
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
