//! Waiting out a database that does not answer: longer each time, and said once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use shared_kernel::{EventLog, StoreError, StreamId, StreamPosition};
use tokio::time::sleep;

/// Failures in a row, shared by every read of the relay.
#[derive(Debug)]
pub(crate) struct Outage {
    failures: AtomicU32,
    shortest: Duration,
    longest: Duration,
}

impl Outage {
    pub(crate) fn new(shortest: Duration, longest: Duration) -> Self {
        Self {
            failures: AtomicU32::new(0),
            shortest,
            longest,
        }
    }

    /// Notes a failure; answers how long to wait before the next try.
    pub(crate) fn failed(&self, error: &StoreError) -> Duration {
        let before = self.failures.fetch_add(1, Ordering::Relaxed);
        if before == 0 {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            tracing::warn!(%error, cause, "live events wait: the event log cannot be read");
        }
        self.shortest
            .saturating_mul(1 << before.min(10))
            .min(self.longest)
    }

    /// Notes that a read succeeded.
    pub(crate) fn over(&self) {
        if self.failures.swap(0, Ordering::Relaxed) > 0 {
            tracing::info!("the event log can be read again");
        }
    }

    /// Asks where streams stand until the log answers.
    pub(crate) async fn positions(
        &self,
        log: &dyn EventLog,
        streams: &[StreamId],
    ) -> Vec<StreamPosition> {
        loop {
            match log.positions(streams).await {
                Ok(positions) => {
                    self.over();
                    return positions;
                }
                Err(error) => sleep(self.failed(&error)).await,
            }
        }
    }
}
