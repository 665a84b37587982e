//! The bounded queue of one connection.
//!
//! Writers never wait. When the queue is full the whole connection is given up, never single
//! events: the client comes back with its cursor and misses nothing. Only frames nobody stores
//! are dropped one by one, and those already above half.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sockets::CloseReason;
use tokio::sync::Notify;

use crate::dialect::Outgoing;

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxLimits {
    /// Frames.
    pub frames: usize,
    /// Bytes, shared frames counted for each connection.
    pub bytes: usize,
}

/// What became of frames handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// They wait their turn.
    Queued,
    /// At least one frame nobody stores was dropped.
    Dropped,
    /// The queue was full: the connection is given up.
    Overflowed,
    /// The connection is closing; nothing was taken.
    Closed,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Outgoing>,
    bytes: usize,
    closed: Option<CloseReason>,
}

/// The queue.
#[derive(Debug)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    filled: Notify,
    closed: Notify,
    limits: OutboxLimits,
}

impl Outbox {
    /// An empty queue.
    pub(crate) fn new(limits: OutboxLimits) -> Self {
        let (filled, closed) = (Notify::new(), Notify::new());
        Self {
            state: Mutex::default(),
            filled,
            closed,
            limits,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds frames, all seen by the reader together.
    pub(crate) fn try_push(&self, frames: impl IntoIterator<Item = Outgoing>) -> Pushed {
        let mut pushed = Pushed::Queued;
        let mut state = self.state();
        if state.closed.is_some() {
            return Pushed::Closed;
        }
        for frame in frames {
            let bytes = state.bytes + frame.size();
            let count = state.frames.len() + 1;
            let above_half = count > self.limits.frames / 2 || bytes > self.limits.bytes / 2;
            if above_half && matches!(frame, Outgoing::Ephemeral(_)) {
                pushed = Pushed::Dropped;
                continue;
            }
            if count > self.limits.frames || bytes > self.limits.bytes {
                drop(state);
                self.close(CloseReason::SlowConsumer);
                return Pushed::Overflowed;
            }
            state.bytes = bytes;
            state.frames.push_back(frame);
        }
        drop(state);
        self.filled.notify_one();
        pushed
    }

    /// Gives the connection up: what waits is let go, and its task is woken. The first reason stays.
    pub(crate) fn close(&self, reason: CloseReason) {
        let mut state = self.state();
        if state.closed.is_none() {
            state.closed = Some(reason);
        }
        let waiting = std::mem::take(&mut state.frames);
        state.bytes = 0;
        drop(state);
        drop(waiting);
        self.filled.notify_one();
        self.closed.notify_one();
    }

    /// Why the connection is to be closed, if it is.
    pub(crate) fn closed_for(&self) -> Option<CloseReason> {
        self.state().closed.clone()
    }

    /// Waits until the connection is to be closed. For its own task only.
    pub(crate) async fn closed(&self) -> CloseReason {
        loop {
            if let Some(reason) = self.closed_for() {
                return reason;
            }
            self.closed.notified().await;
        }
    }

    /// Waits until there is something to send, or the connection is to be closed. For its own
    /// task only.
    pub(crate) async fn filled(&self) {
        loop {
            if self.is_ready() {
                return;
            }
            self.filled.notified().await;
        }
    }

    fn is_ready(&self) -> bool {
        let state = self.state();
        !state.frames.is_empty() || state.closed.is_some()
    }

    /// Takes up to `most` frames; a few more when the same event follows, so that its places in
    /// several streams are seen together.
    ///
    /// # Errors
    /// The reason, when the connection is to be closed.
    pub(crate) fn drain(&self, most: usize) -> Result<Vec<Outgoing>, CloseReason> {
        let mut state = self.state();
        if let Some(reason) = &state.closed {
            return Err(reason.clone());
        }
        let mut taken: Vec<Outgoing> = Vec::with_capacity(most.min(state.frames.len()));
        while let Some(next) = state.frames.front() {
            let same = next.event_id().is_some()
                && taken
                    .last()
                    .is_some_and(|last| last.event_id() == next.event_id());
            if taken.len() >= most && !same {
                break;
            }
            state.bytes = state.bytes.saturating_sub(next.size());
            taken.extend(state.frames.pop_front());
        }
        Ok(taken)
    }

    /// Bytes waiting.
    pub(crate) fn bytes(&self) -> usize {
        self.state().bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::events::{logged_frame, user_stream};

    const LIMITS: OutboxLimits = OutboxLimits {
        frames: 8,
        bytes: 2_000,
    };

    fn ephemeral() -> Outgoing {
        Outgoing::Ephemeral("{}".into())
    }

    fn logged(number: u64) -> Outgoing {
        logged_frame(&user_stream("7"), number)
    }

    #[test]
    fn a_full_queue_gives_the_connection_up_and_frees_what_waited() {
        let outbox = Outbox::new(LIMITS);
        for number in 1..=8 {
            assert_eq!(outbox.try_push([logged(number)]), Pushed::Queued);
        }
        assert_eq!(outbox.try_push([logged(9)]), Pushed::Overflowed);
        assert_eq!(outbox.try_push([logged(10)]), Pushed::Closed);
        assert_eq!(outbox.drain(32).unwrap_err(), CloseReason::SlowConsumer);
        assert_eq!(outbox.bytes(), 0);
    }

    #[test]
    fn bytes_are_a_limit_too() {
        let outbox = Outbox::new(OutboxLimits {
            frames: 8,
            bytes: 100,
        });
        assert_eq!(outbox.try_push([logged(1), logged(2)]), Pushed::Overflowed);
    }

    #[test]
    fn what_nobody_stores_is_dropped_above_half() {
        let outbox = Outbox::new(LIMITS);
        outbox.try_push((1..=4).map(logged));
        assert_eq!(outbox.try_push([ephemeral()]), Pushed::Dropped);
        assert_eq!(outbox.try_push([logged(5)]), Pushed::Queued);
        assert_eq!(outbox.drain(32).unwrap().len(), 5);
        assert_eq!(outbox.try_push([ephemeral()]), Pushed::Queued);
    }

    #[test]
    fn a_batch_does_not_part_the_places_of_one_event() {
        let outbox = Outbox::new(LIMITS);
        outbox.try_push([logged(1), logged(2), logged(2), logged(3)]);
        assert_eq!(outbox.drain(2).unwrap().len(), 3);
        assert_eq!(outbox.drain(2).unwrap().len(), 1);
        assert_eq!(outbox.bytes(), 0);
    }

    #[tokio::test]
    async fn the_first_reason_to_close_stays_and_wakes_the_task() {
        let outbox = Outbox::new(LIMITS);
        outbox.close(CloseReason::Restart);
        outbox.close(CloseReason::SlowConsumer);
        outbox.filled().await;
        assert_eq!(outbox.closed().await, CloseReason::Restart);
    }
}
