//! Chores: what every instance does again and again.
//!
//! A [`Chore`] has a name, a period and one run; [`keep_doing`] is the only loop, and the [`Ledger`]
//! knows how each chore's last run went, for `/metrics` and `/readyz`. To add one: a file here with
//! its [`Chore`], its line in `bootstrap::chores`, which nobody misses when it is forgotten, and its row in
//! `docs/OPERATIONS.md`. It must be safe to run on several instances at the same time.

mod close_quiet_tickets;
mod count_unanswered;
mod fold_figures;
mod fold_request_times;
mod follow_articles;
mod revive_database;
mod sweep;
mod tell_presence;
mod write_page_views;

pub use close_quiet_tickets::CloseQuietTickets;
pub use count_unanswered::CountUnanswered;
pub use fold_figures::FoldFigures;
pub use fold_request_times::FoldRequestTimes;
pub use follow_articles::FollowArticles;
pub use revive_database::ReviveDatabase;
pub use sweep::Sweep;
pub use tell_presence::TellPresence;
pub use write_page_views::WritePageViews;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use shared_kernel::StoreError;
use tokio_util::sync::CancellationToken;

use crate::process::chore_ledger::Ledger;

/// Something that is done again and again.
#[async_trait]
pub trait Chore: Send + Sync {
    /// What it is called in figures and in the log: a few words joined by `_`.
    fn name(&self) -> &'static str;

    /// From the end of one run to the beginning of the next.
    fn period(&self) -> Duration;

    /// One run. A database that is away, or a collision, is made good by the next.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn run(&self) -> Result<(), StoreError>;

    /// Answers when the next run should not wait for its period.
    async fn rung(&self) {
        std::future::pending::<()>().await;
    }

    /// What is left to do when the server stops. Bounded in time.
    async fn farewell(&self) {}
}

/// Does a chore until told to stop, then says farewell. A run that panics is a failed run.
pub async fn keep_doing(chore: Arc<dyn Chore>, ledger: Arc<Ledger>, stop: CancellationToken) {
    let name = chore.name();
    while !stop.is_cancelled() {
        ledger.begins(name, chore.period());
        let run = AssertUnwindSafe(chore.run()).catch_unwind();
        let ended = run
            .await
            .unwrap_or_else(|_| Err(StoreError::defect("it panicked")));
        report(name, &ended);
        ledger.ended(name, ended.is_ok());
        tokio::select! {
            () = stop.cancelled() => {}
            () = chore.rung() => {}
            () = tokio::time::sleep(chore.period()) => {}
        }
    }
    chore.farewell().await;
}

/// A database that is away is said once by those who serve requests.
fn report(chore: &'static str, ended: &Result<(), StoreError>) {
    match ended {
        Ok(()) | Err(StoreError::Unavailable(_) | StoreError::Collision) => {}
        Err(error) => tracing::error!(
            error = error as &dyn std::error::Error,
            chore,
            "a chore failed"
        ),
    }
}

#[cfg(test)]
mod tests;
