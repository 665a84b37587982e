//! What this process has delivered of each followed stream, and what it still lacks.
//!
//! Pure: events and hints go in, events in order come out. The number after the last delivered
//! one passes at once, a later one waits for those before it, an older one is dropped. A stream
//! that lacks a number for longer than the wait is a gap, to be read from the log.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use shared_kernel::{LoggedEvent, StreamId};
use sockets::deadline::after;
use tokio::time::Instant;

/// One followed stream.
#[derive(Debug, Default)]
struct Stream {
    /// The last number delivered; none until its position is known.
    delivered: Option<u64>,
    /// The highest number heard of.
    known: u64,
    /// Events that came before their turn.
    waiting: BTreeMap<u64, LoggedEvent>,
}

impl Stream {
    fn release(&mut self) -> Vec<LoggedEvent> {
        let Some(mut delivered) = self.delivered else {
            return Vec::new();
        };
        self.waiting = self.waiting.split_off(&(delivered + 1));
        let mut released = Vec::new();
        while let Some(event) = self.waiting.remove(&(delivered + 1)) {
            delivered += 1;
            released.push(event);
        }
        self.delivered = Some(delivered);
        self.known = self.known.max(delivered);
        released
    }

    fn lacks(&self) -> bool {
        self.delivered
            .is_some_and(|delivered| self.known > delivered)
    }
}

/// A hole to be read from the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The stream.
    pub(crate) stream: StreamId,
    /// The number after which to read.
    pub(crate) after: u64,
    /// The highest number heard of so far.
    pub(crate) known: u64,
}

/// Follows streams.
#[derive(Debug)]
pub(crate) struct Tracker {
    streams: HashMap<StreamId, Stream>,
    /// Streams that lack a number, and when to read the log for it.
    gaps: HashMap<StreamId, Instant>,
    gap_wait: Duration,
    max_waiting: usize,
}

impl Tracker {
    /// `gap_wait`: how long a missing number may still arrive by itself. `max_waiting`: events
    /// kept before their turn, per stream; what is beyond is forgotten and read from the log.
    pub(crate) fn new(gap_wait: Duration, max_waiting: usize) -> Self {
        Self {
            streams: HashMap::new(),
            gaps: HashMap::new(),
            gap_wait,
            max_waiting,
        }
    }

    /// Begins to follow a stream whose position is not known yet.
    pub(crate) fn follow(&mut self, stream: StreamId) {
        self.streams.entry(stream).or_default();
    }

    /// Stops following a stream.
    pub(crate) fn forget(&mut self, stream: &StreamId) {
        self.streams.remove(stream);
        self.gaps.remove(stream);
    }

    /// The streams followed.
    pub(crate) fn followed(&self) -> impl Iterator<Item = &StreamId> {
        self.streams.keys()
    }

    /// The number of the last event delivered; none while the position is not known.
    pub(crate) fn delivered(&self, stream: &StreamId) -> Option<u64> {
        self.streams.get(stream)?.delivered
    }

    /// Says where a stream stands; everything up to there counts as delivered.
    pub(crate) fn place(
        &mut self,
        stream: &StreamId,
        number: u64,
        now: Instant,
    ) -> Vec<LoggedEvent> {
        let Some(entry) = self.streams.get_mut(stream) else {
            return Vec::new();
        };
        entry.delivered = Some(number);
        let released = entry.release();
        self.note_gap(stream, now, self.gap_wait);
        released
    }

    /// Starts a stream over, when it is not the one it was.
    pub(crate) fn replace(&mut self, stream: &StreamId, number: u64) {
        if let Some(entry) = self.streams.get_mut(stream) {
            *entry = Stream {
                delivered: Some(number),
                known: number,
                ..Stream::default()
            };
            self.gaps.remove(stream);
        }
    }

    /// Takes an event; returns those whose turn has come, in order.
    pub(crate) fn offer(&mut self, event: LoggedEvent, now: Instant) -> Vec<LoggedEvent> {
        let stream = event.stream.clone();
        let Some(entry) = self.streams.get_mut(&stream) else {
            return Vec::new();
        };
        if entry
            .delivered
            .is_some_and(|delivered| event.seq <= delivered)
        {
            return Vec::new();
        }
        entry.known = entry.known.max(event.seq);
        entry.waiting.entry(event.seq).or_insert(event);
        let released = entry.release();
        if entry.waiting.len() > self.max_waiting {
            entry.waiting.pop_last();
        }
        self.note_gap(&stream, now, self.gap_wait);
        released
    }

    /// Hears that a stream has reached a number. No event comes with it, so the log is read at once.
    pub(crate) fn hint(&mut self, stream: &StreamId, number: u64, now: Instant) {
        if let Some(entry) = self.streams.get_mut(stream) {
            entry.known = entry.known.max(number);
            self.note_gap(stream, now, Duration::ZERO);
        }
    }

    /// The log held nothing new for a gap: what was only heard of is not believed any longer,
    /// unless more was heard of since.
    pub(crate) fn found_nothing(&mut self, gap: &Gap, now: Instant, retry: Duration) {
        let Some(entry) = self.streams.get_mut(&gap.stream) else {
            return;
        };
        if entry.known <= gap.known {
            let last_waiting = entry
                .waiting
                .last_key_value()
                .map_or(0, |(number, _)| *number);
            entry.known = entry.delivered.unwrap_or(0).max(last_waiting);
        }
        self.gaps.remove(&gap.stream);
        self.note_gap(&gap.stream, now, retry);
    }

    /// The gaps to read now.
    pub(crate) fn due(&self, now: Instant) -> Vec<Gap> {
        let due = self.gaps.iter().filter(|(_, at)| **at <= now);
        due.filter_map(|(stream, _)| {
            let entry = self.streams.get(stream)?;
            Some(Gap {
                stream: stream.clone(),
                after: entry.delivered?,
                known: entry.known,
            })
        })
        .collect()
    }

    /// Leaves a gap alone until then.
    pub(crate) fn defer(&mut self, stream: &StreamId, until: Instant) {
        if let Some(at) = self.gaps.get_mut(stream) {
            *at = until;
        }
    }

    /// Whether a stream lacks a number.
    pub(crate) fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// When the next gap falls due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.gaps.values().min().copied()
    }

    fn note_gap(&mut self, stream: &StreamId, now: Instant, wait: Duration) {
        if self.streams.get(stream).is_some_and(Stream::lacks) {
            let at = self.gaps.entry(stream.clone()).or_insert(after(now, wait));
            if wait.is_zero() {
                *at = (*at).min(now);
            }
        } else {
            self.gaps.remove(stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::events::{event, user_stream};
    use proptest::prelude::*;

    const WAIT: Duration = Duration::from_millis(20);
    const NOTHING: [u64; 0] = [];

    fn tracker() -> (Tracker, StreamId, Instant) {
        let (mut tracker, stream, now) = (Tracker::new(WAIT, 8), user_stream("7"), Instant::now());
        tracker.follow(stream.clone());
        tracker.place(&stream, 0, now);
        (tracker, stream, now)
    }

    fn numbers(events: &[LoggedEvent]) -> Vec<u64> {
        events.iter().map(|event| event.seq).collect()
    }

    #[test]
    fn the_next_number_passes_at_once_and_an_old_one_never() {
        let (mut tracker, stream, now) = tracker();
        assert_eq!(numbers(&tracker.offer(event(&stream, 1), now)), [1]);
        assert_eq!(numbers(&tracker.offer(event(&stream, 1), now)), NOTHING);
    }

    #[test]
    fn a_later_number_waits_for_those_before_it() {
        let (mut tracker, stream, now) = tracker();
        assert_eq!(numbers(&tracker.offer(event(&stream, 3), now)), NOTHING);
        assert_eq!(numbers(&tracker.offer(event(&stream, 2), now)), NOTHING);
        assert_eq!(numbers(&tracker.offer(event(&stream, 1), now)), [1, 2, 3]);
        assert_eq!(tracker.next_due(), None);
    }

    #[test]
    fn a_gap_falls_due_after_the_wait_and_a_hint_at_once() {
        let (mut tracker, stream, now) = tracker();
        tracker.offer(event(&stream, 2), now);
        assert_eq!(tracker.due(now), []);
        let gap = Gap {
            stream: stream.clone(),
            after: 0,
            known: 2,
        };
        assert_eq!(tracker.due(now + WAIT), std::slice::from_ref(&gap));
        tracker.hint(&stream, 5, now);
        assert_eq!(tracker.due(now), [Gap { known: 5, ..gap }]);
    }

    #[test]
    fn events_before_the_position_is_known_wait_for_it() {
        let (mut tracker, stream, now) = (Tracker::new(WAIT, 8), user_stream("7"), Instant::now());
        tracker.follow(stream.clone());
        assert_eq!(numbers(&tracker.offer(event(&stream, 4), now)), NOTHING);
        assert_eq!(numbers(&tracker.offer(event(&stream, 5), now)), NOTHING);
        assert_eq!(numbers(&tracker.place(&stream, 4, now)), [5]);
    }

    #[test]
    fn what_does_not_fit_is_forgotten_but_its_gap_is_not() {
        let (mut tracker, stream, now) = tracker();
        for number in 2..=20 {
            tracker.offer(event(&stream, number), now);
        }
        assert_eq!(
            numbers(&tracker.offer(event(&stream, 1), now)),
            (1..=9).collect::<Vec<_>>()
        );
        assert_eq!(tracker.next_due(), Some(now + WAIT));
    }

    #[test]
    fn a_wrong_hint_is_dropped_when_the_log_holds_nothing() {
        let (mut tracker, stream, now) = tracker();
        tracker.hint(&stream, 9, now);
        let gap = tracker.due(now).remove(0);
        tracker.found_nothing(&gap, now, WAIT);
        assert_eq!(tracker.next_due(), None);
    }

    #[test]
    fn a_hint_that_came_during_the_read_is_kept() {
        let (mut tracker, stream, now) = tracker();
        tracker.hint(&stream, 9, now);
        let gap = tracker.due(now).remove(0);
        tracker.hint(&stream, 10, now);
        tracker.found_nothing(&gap, now, WAIT);
        assert_eq!(tracker.next_due(), Some(now + WAIT));
    }

    #[test]
    fn a_stream_nobody_follows_is_ignored() {
        let (mut tracker, stream, now) = tracker();
        tracker.forget(&stream);
        assert_eq!(numbers(&tracker.offer(event(&stream, 1), now)), NOTHING);
        tracker.hint(&stream, 9, now);
        assert_eq!(tracker.next_due(), None);
    }

    proptest! {
        #[test]
        fn any_order_with_repeats_delivers_each_once_in_order(
            mut arrivals in Just((1..=40_u64).collect::<Vec<_>>()).prop_shuffle(),
            repeats in proptest::collection::vec((1..=40_u64, 0..40_usize), 0..40),
            place_at in 0..40_usize,
        ) {
            for (number, at) in repeats {
                arrivals.insert(at, number);
            }
            let (stream, now) = (user_stream("7"), Instant::now());
            let mut tracker = Tracker::new(WAIT, 64);
            tracker.follow(stream.clone());
            let mut got = Vec::new();
            for (at, number) in arrivals.into_iter().enumerate() {
                if at == place_at {
                    got.extend(tracker.place(&stream, 0, now));
                }
                got.extend(tracker.offer(event(&stream, number), now));
            }
            prop_assert_eq!(numbers(&got), (1..=40).collect::<Vec<_>>());
            prop_assert_eq!(tracker.next_due(), None);
        }
    }
}
