//! What is due by the clock: folding figures, closing quiet tickets, removing old rows.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, IdGenerator, StoreError};
use store_pg::PgStore;
use support_domain::use_cases::{Surroundings, close_quiet_tickets};
use support_domain::{SupportError, SupportStore as _};
use tokio_util::sync::CancellationToken;

const FOLD_EVERY: Duration = Duration::from_secs(2);
/// Deltas folded at a time.
const FOLD_LIMIT: u32 = 20_000;
/// Every so many rounds of folding the slower chores are done: once a minute.
const ROUNDS_PER_CHORES: u32 = 30;
/// Tickets closed in one transaction.
const CLOSE_LIMIT: u32 = 100;

/// Does the chores. Every instance has one; they do not get in each other's way.
pub struct Caretaker {
    pub store: PgStore,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
}

impl Caretaker {
    /// Runs until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut round: u32 = 0;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(FOLD_EVERY) => {}
            }
            report(
                "folding figures",
                self.store.fold_figures(FOLD_LIMIT).await.map(|_| ()),
            );
            if round.is_multiple_of(ROUNDS_PER_CHORES) {
                report("closing quiet tickets", self.close_quiet().await);
                report(
                    "removing old rows",
                    self.store.sweep(self.clock.now()).await.map(|_| ()),
                );
            }
            round = round.wrapping_add(1);
        }
    }

    /// Closes what has been resolved and quiet long enough, a batch at a time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn close_quiet(&self) -> Result<(), StoreError> {
        loop {
            let mut tx = self.store.begin().await?;
            let with = Surroundings {
                clock: &*self.clock,
                ids: &*self.ids,
            };
            match close_quiet_tickets(&mut *tx, with, CLOSE_LIMIT).await {
                Ok(closed) => {
                    tx.commit().await?;
                    if closed < usize::try_from(CLOSE_LIMIT).unwrap_or_default() {
                        return Ok(());
                    }
                }
                Err(error) => {
                    tx.rollback().await;
                    return match error {
                        SupportError::Store(error) => Err(error),
                        other => Err(StoreError::defect(other.to_string())),
                    };
                }
            }
        }
    }
}

/// A database that is away is said once by those who serve requests.
fn report(chore: &str, done: Result<(), StoreError>) {
    match done {
        Ok(()) | Err(StoreError::Unavailable(_) | StoreError::Collision) => {}
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            chore,
            "a chore failed"
        ),
    }
}
