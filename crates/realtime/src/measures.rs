//! The names of what real time counts, in one place.

use std::cell::RefCell;
use std::collections::HashMap;

use metrics::{Counter, Histogram, counter, gauge, histogram};
use sockets::CloseReason;

use crate::hub::outbox::Pushed;

thread_local! {
    // Looked up once on each thread and not for each event. There are as many as kinds of events.
    static EVENTS_OUT: RefCell<HashMap<String, Counter>> = RefCell::default();
    static DELIVERY_LAG: Histogram = histogram!("guichet_realtime_delivery_lag_seconds");
}

/// A connection came (`1`) or went (`-1`).
pub(crate) fn connections(dialect: &'static str, change: f64) {
    gauge!("guichet_realtime_connections", "dialect" => dialect).increment(change);
}

/// An event was placed in this many queues.
pub(crate) fn events_out(kind: &str, sockets: usize) {
    if sockets == 0 {
        return;
    }
    EVENTS_OUT.with_borrow_mut(|kept| match kept.get(kind) {
        Some(counter) => counter.increment(sockets as u64),
        None => kept
            .entry(kind.to_owned())
            .or_insert(counter!("guichet_realtime_events_out_total", "kind" => kind.to_owned()))
            .increment(sockets as u64),
    });
}

/// What a queue did not take.
pub(crate) fn not_queued(pushed: Pushed) {
    let reason = match pushed {
        Pushed::Queued | Pushed::Closed => return,
        Pushed::Dropped => "ephemeral",
        Pushed::Overflowed => "slow_consumer",
    };
    counter!("guichet_realtime_drops_total", "reason" => reason).increment(1);
}

/// A socket was closed.
pub(crate) fn closed(reason: &CloseReason) {
    counter!("guichet_realtime_closes_total", "reason" => reason.word()).increment(1);
}

/// Bytes waiting in all queues.
#[expect(clippy::cast_precision_loss, reason = "a gauge; 2^53 bytes never wait")]
pub(crate) fn queued_bytes(bytes: usize) {
    gauge!("guichet_realtime_queue_bytes").set(bytes as f64);
}

/// From the event's transaction to its place in the queues.
pub(crate) fn delivery_lag(seconds: f64) {
    DELIVERY_LAG.with(|lag| lag.record(seconds.max(0.0)));
}

/// A client came back with a cursor: `recovered`, or why it was refused.
pub(crate) fn resumed(outcome: &'static str) {
    counter!("guichet_realtime_resumes_total", "outcome" => outcome).increment(1);
}

/// Events that were read from the log because nobody handed them over in time.
pub(crate) fn found_in_log(events: usize) {
    counter!("guichet_realtime_found_in_log_total").increment(events as u64);
}
