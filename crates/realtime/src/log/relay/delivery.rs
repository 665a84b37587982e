//! The last step: from whoever brings events to the hub, each stream in order.
//!
//! Taken on the thread that brings them: handing them to another would cost a wake-up for each
//! message. The tracker stays locked until the queues have what it released, so that no two threads
//! overtake each other within a stream; nothing waits meanwhile.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared_kernel::{Clock, LoggedEvent, StreamId};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::settings::RelaySettings;
use crate::hub::Hub;
use crate::log::tracker::Tracker;
use crate::measures;

/// What has been delivered, and the way there.
pub(super) struct Delivery {
    tracker: Mutex<Tracker>,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    /// Rings when a stream lacks a number.
    gaps: Notify,
}

impl Delivery {
    pub(super) fn new(hub: Arc<Hub>, clock: Arc<dyn Clock>, settings: &RelaySettings) -> Self {
        let tracker = Tracker::new(settings.gap_wait, settings.max_waiting);
        Self {
            tracker: Mutex::new(tracker),
            hub,
            clock,
            gaps: Notify::new(),
        }
    }

    pub(super) fn tracker(&self) -> MutexGuard<'_, Tracker> {
        self.tracker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Delivers those whose turn has come, and those they held up. Answers how many.
    pub(super) fn offer(&self, events: Vec<LoggedEvent>) -> usize {
        self.release(|tracker, now| {
            let released = events
                .into_iter()
                .flat_map(|event| tracker.offer(event, now));
            released.collect()
        })
    }

    /// Says where a stream stands whose position was not known.
    pub(super) fn place(&self, stream: &StreamId, number: u64) {
        self.release(|tracker, now| tracker.place(stream, number, now));
    }

    /// Hears that streams have reached these numbers.
    pub(super) fn hint(&self, hints: &[(StreamId, u64)]) {
        self.release(|tracker, now| {
            for (stream, number) in hints {
                tracker.hint(stream, *number, now);
            }
            Vec::new()
        });
    }

    /// Waits until a stream lacks a number.
    pub(super) async fn gap(&self) {
        self.gaps.notified().await;
    }

    fn release(&self, by: impl FnOnce(&mut Tracker, Instant) -> Vec<LoggedEvent>) -> usize {
        let mut tracker = self.tracker();
        let released = by(&mut tracker, Instant::now());
        let now = self.clock.now();
        for event in &released {
            let lag = now.signed_duration_since(event.occurred_at);
            measures::delivery_lag(lag.as_seconds_f64());
        }
        self.hub.deliver(&released);
        if tracker.has_gaps() {
            self.gaps.notify_one();
        }
        released.len()
    }
}
