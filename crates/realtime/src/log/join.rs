//! Coming back: what a connection missed since its cursor, or an open refusal.
//!
//! The order that loses nothing: the connection is in the hub first, so live events wait in its
//! queue; then the log says where the streams stand; then what lies between the cursor and there
//! is read and sent; then the queue is emptied, and [`Place`] drops what the replay already sent.

use std::collections::VecDeque;

use shared_kernel::{EventLog, LoggedEvent, Role, StoreError, StreamId, StreamPosition, UserId};

use super::cursor::CursorError;
use super::place::Place;
use crate::hub::rooms::RoomId;

/// The streams a user follows, always in the same order.
pub fn streams_of(user: &UserId, role: Role) -> Vec<StreamId> {
    let mut streams = if role.is_staff() {
        StreamId::all_staff()
    } else {
        Vec::new()
    };
    streams.push(StreamId::user(user));
    streams
}

/// The rooms a user is in from the start.
pub(crate) fn rooms_of(user: &UserId, role: Role) -> Vec<RoomId> {
    let mut rooms = vec![RoomId::User(user.clone())];
    if role.is_staff() {
        rooms.push(RoomId::Staff);
    }
    rooms
}

/// Why a client has to load everything anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Resync {
    /// Not a cursor.
    #[error("the cursor cannot be read")]
    Malformed,
    /// A cursor of another user, another role or another log.
    #[error("the cursor belongs to another place")]
    Foreign,
    /// What came after it is no longer kept.
    #[error("the cursor is older than the log")]
    Expired,
    /// Too much came after it.
    #[error("the cursor is too far behind")]
    TooFarBehind,
}

impl Resync {
    /// The stable word for clients and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_cursor",
            Self::Foreign => "foreign_cursor",
            Self::Expired => "expired_cursor",
            Self::TooFarBehind => "too_far_behind",
        }
    }
}

impl From<CursorError> for Resync {
    fn from(error: CursorError) -> Self {
        match error {
            CursorError::Malformed => Self::Malformed,
            CursorError::Foreign => Self::Foreign,
        }
    }
}

/// The place a cursor speaks of, when everything after it can still be given.
///
/// # Errors
/// [`Resync`] when it cannot; never a partial answer.
pub fn resume_from(cursor: &str, positions: &[StreamPosition], most: u64) -> Result<Place, Resync> {
    let place = Place::at_end(positions).at_cursor(cursor)?;
    within_reach(place.numbers(), positions, most)?;
    Ok(place)
}

/// Whether everything after these numbers can still be given.
///
/// # Errors
/// [`Resync`] when it cannot.
pub(crate) fn within_reach(
    numbers: &[(StreamId, u64)],
    positions: &[StreamPosition],
    most: u64,
) -> Result<(), Resync> {
    let mut behind = 0_u64;
    for ((_, number), position) in numbers.iter().zip(positions) {
        if *number > position.last_seq {
            return Err(Resync::Foreign);
        }
        if number.saturating_add(1) < position.first_kept {
            return Err(Resync::Expired);
        }
        behind = behind.saturating_add(position.last_seq.saturating_sub(*number));
    }
    if behind > most {
        Err(Resync::TooFarBehind)
    } else {
        Ok(())
    }
}

/// Reads what lies between numbers and the positions of their streams, in the order it happened.
///
/// # Errors
/// When the log cannot be read.
pub(crate) async fn missed(
    log: &dyn EventLog,
    numbers: &[(StreamId, u64)],
    positions: &[StreamPosition],
) -> Result<Vec<LoggedEvent>, StoreError> {
    let mut streams = Vec::new();
    for ((stream, number), position) in numbers.iter().zip(positions) {
        let count = position.last_seq.saturating_sub(*number);
        if count > 0 {
            let limit = u32::try_from(count).unwrap_or(u32::MAX);
            streams.push(VecDeque::from(log.after(stream, *number, limit).await?));
        }
    }
    Ok(merge(streams))
}

/// One list out of several streams: by time, each stream's own order kept, and the places of one
/// event next to each other.
pub(crate) fn merge(mut streams: Vec<VecDeque<LoggedEvent>>) -> Vec<LoggedEvent> {
    let mut merged: Vec<LoggedEvent> = Vec::new();
    loop {
        let last = merged.last().map(|event| event.event_id);
        let next = streams
            .iter_mut()
            .filter(|stream| !stream.is_empty())
            .min_by_key(|stream| {
                let head = stream.front();
                // `false` sorts first: another place of the event just taken.
                (
                    head.map(|event| event.event_id) != last,
                    head.map(|event| event.occurred_at),
                )
            })
            .and_then(VecDeque::pop_front);
        match next {
            Some(event) => merged.push(event),
            None => return merged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::events::{at_second, event_of, position, user_stream};
    use proptest::prelude::*;

    fn positions() -> Vec<StreamPosition> {
        vec![position(&user_stream("7"), 10)]
    }

    fn cursor_at(number: u64) -> String {
        Place::at_end(&[position(&user_stream("7"), number)]).cursor()
    }

    #[test]
    fn a_cursor_within_reach_is_accepted() {
        assert_eq!(
            resume_from(&cursor_at(4), &positions(), 6)
                .unwrap()
                .cursor(),
            cursor_at(4)
        );
    }

    #[test]
    fn a_cursor_that_cannot_be_served_whole_is_refused() {
        let refused = |cursor: &str, most| resume_from(cursor, &positions(), most).unwrap_err();
        assert_eq!(refused(&cursor_at(4), 5), Resync::TooFarBehind);
        assert_eq!(refused(&cursor_at(11), 5), Resync::Foreign);
        assert_eq!(refused("?", 5), Resync::Malformed);
        let cut = [StreamPosition {
            first_kept: 6,
            ..position(&user_stream("7"), 10)
        }];
        assert_eq!(
            resume_from(&cursor_at(4), &cut, 9).unwrap_err(),
            Resync::Expired
        );
        assert!(resume_from(&cursor_at(5), &cut, 9).is_ok());
    }

    #[test]
    fn the_places_of_one_event_come_together() {
        let (one, two) = (user_stream("7"), StreamId::staff_for("T"));
        let streams = vec![
            VecDeque::from([event_of(1, &one, 1), event_of(2, &one, 2)]),
            VecDeque::from([event_of(1, &two, 1), event_of(2, &two, 2)]),
        ];
        let ids: Vec<_> = merge(streams)
            .iter()
            .map(|event| event.event_id.as_u128())
            .collect();
        assert_eq!(ids, [1, 1, 2, 2]);
    }

    proptest! {
        #[test]
        fn merging_keeps_each_streams_order_and_loses_nothing(
            times in proptest::collection::vec(proptest::collection::vec(0..50_i64, 0..20), 1..5),
        ) {
            let mut streams = Vec::new();
            let mut id = 0;
            for (number, times) in times.iter().enumerate() {
                let stream = user_stream(&number.to_string());
                let events = times.iter().zip(1..).map(|(second, seq)| {
                    id += 1;
                    at_second(event_of(id, &stream, seq), *second)
                });
                streams.push(events.collect::<VecDeque<_>>());
            }
            let merged = merge(streams.clone());
            for stream in streams {
                let Some(first) = stream.front() else { continue };
                let kept: VecDeque<_> =
                    merged.iter().filter(|event| event.stream == first.stream).cloned().collect();
                prop_assert_eq!(kept, stream);
            }
        }
    }
}
