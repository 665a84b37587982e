//! Runs use cases in units of work.

use std::sync::Arc;

use shared_kernel::{Done, StoreError};

use super::attempts::{Attempts, Ending};
use super::consequences::write_consequences;
use super::{Collides, DeskStore, DeskTx};
use crate::events::{Translate, Translator};

/// Runs use cases: what they change and what they tell commit together or not at all.
pub struct Executor {
    store: Arc<dyn DeskStore>,
    translator: Translator,
}

impl Executor {
    /// Runs over a store; what use cases tell becomes what this translator says.
    pub fn new(store: Arc<dyn DeskStore>, translator: Translator) -> Self {
        Self { store, translator }
    }

    /// Runs a use case. It may be run more than once: only the last time counts.
    ///
    /// # Errors
    /// The use case's, and the store's.
    pub async fn run<T, V, E>(
        &self,
        use_case: impl AsyncFn(&mut dyn DeskTx) -> Result<Done<T, V>, E>,
    ) -> Result<T, E>
    where
        V: Translate,
        E: Collides + From<StoreError>,
    {
        let mut attempts = self.attempts();
        loop {
            let done = use_case(attempts.begin().await?).await;
            if let Some(value) = attempts.finish(done).await? {
                return Ok(value);
            }
        }
    }

    /// Runs whatever says itself how it is to end, and tells what it has to by [`Self::tell`].
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn transact<T, E>(
        &self,
        work: impl AsyncFn(&mut dyn DeskTx) -> Result<Ending<T>, E>,
    ) -> Result<T, E>
    where
        E: Collides + From<StoreError>,
    {
        let mut attempts = self.attempts();
        loop {
            let ending = work(attempts.begin().await?).await;
            if let Some(value) = attempts.end(ending).await? {
                return Ok(value);
            }
        }
    }

    /// The attempts themselves, one after the other: for tasks that move between threads, which no
    /// async closure can be run in.
    pub fn attempts(&self) -> Attempts<'_> {
        Attempts::new(&*self.store, &self.translator)
    }

    /// Has what a use case tells written with its change.
    pub fn tell<T, V: Translate>(&self, tx: &mut dyn DeskTx, done: Done<T, V>) -> T {
        write_consequences(&self.translator, tx, done)
    }
}
