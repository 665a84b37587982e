//! How the chores are going.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A run may take this long, beyond the chore's period, before the chore counts as stuck. A sweep of
/// millions of rows is long and well; only what hangs must take an instance out of service.
const PATIENCE: Duration = Duration::from_mins(10);

/// The last run of each chore.
#[derive(Default)]
pub struct Ledger {
    chores: Mutex<BTreeMap<&'static str, Entry>>,
}

struct Entry {
    /// When it last began or ended a run.
    seen: Instant,
    period: Duration,
    /// At first when it was begun: one that never succeeds grows old too.
    succeeded: Instant,
}

impl Ledger {
    /// A run begins.
    pub fn begins(&self, chore: &'static str, period: Duration) {
        let seen = Instant::now();
        self.chores()
            .entry(chore)
            .and_modify(|entry| entry.seen = seen)
            .or_insert(Entry {
                seen,
                period,
                succeeded: seen,
            });
    }

    /// The run has ended.
    pub fn ended(&self, chore: &'static str, well: bool) {
        let outcome = if well { "done" } else { "failed" };
        metrics::counter!("guichet_chore_runs_total", "chore" => chore, "outcome" => outcome)
            .increment(1);
        if let Some(entry) = self.chores().get_mut(chore) {
            entry.seen = Instant::now();
            if well {
                entry.succeeded = entry.seen;
            }
        }
    }

    /// Whether every chore goes round. One that fails and is tried again does; one that has not come
    /// back does not.
    pub fn all_go_round(&self) -> bool {
        let silent_too_long = |entry: &Entry| entry.seen.elapsed() > entry.period + PATIENCE;
        !self.chores().values().any(silent_too_long)
    }

    /// Brings the gauges up to date: seconds since each chore last succeeded.
    pub fn publish_gauges(&self) {
        for (chore, entry) in &*self.chores() {
            metrics::gauge!("guichet_chore_last_success_seconds", "chore" => *chore)
                .set(entry.succeeded.elapsed().as_secs_f64());
        }
    }

    fn chores(&self) -> MutexGuard<'_, BTreeMap<&'static str, Entry>> {
        self.chores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
