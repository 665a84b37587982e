//! The log for readers without a socket: the same streams, the same order, the same cursors.

use std::collections::VecDeque;

use serde_json::Value;
use shared_kernel::{EventLog, LoggedEvent, StoreError, StreamId, StreamPosition};

use super::join::merge;
use super::place::Place;

/// How long the texts of a part may be together, in bytes; the event that reaches it is the last one.
const MOST_BYTES: usize = 1024 * 1024;

/// Some events of a reader's streams.
pub struct FeedPart {
    /// Each with the cursor to go on after it.
    pub events: Vec<(LoggedEvent, String)>,
    /// The cursor to go on after the part, also when it is empty.
    pub cursor: String,
    /// Whether more is there already.
    pub has_more: bool,
    /// How long the texts of the events are together, in bytes.
    pub bytes: usize,
}

/// Reads up to `limit` events after a place, in the order they happened; fewer where their texts are
/// long. An event written to several of the streams is given once.
///
/// # Errors
/// When the log cannot be read.
pub async fn read(
    log: &dyn EventLog,
    mut place: Place,
    positions: &[StreamPosition],
    limit: u32,
) -> Result<FeedPart, StoreError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut streams = Vec::new();
    // The last that was read of each stream that may go on.
    let mut ends: Vec<(StreamId, u64)> = Vec::new();
    for ((stream, number), position) in place.numbers().iter().zip(positions) {
        if position.last_seq > *number {
            // One more than asked for tells whether more follow.
            let read = log.after(stream, *number, limit.saturating_add(1)).await?;
            let goes_on = |last: &&LoggedEvent| read.len() > most && last.seq < position.last_seq;
            let last = read.last().filter(goes_on);
            ends.extend(last.map(|last| (stream.clone(), last.seq)));
            streams.push(VecDeque::from(read));
        }
    }
    let mut has_more = false;
    let mut events: Vec<(LoggedEvent, String)> = Vec::new();
    let mut bytes = 0;
    for event in merge(streams) {
        let again = events
            .last()
            .is_some_and(|(last, _)| last.event_id == event.event_id);
        if has_more && !again {
            break;
        }
        // What comes after it was not read, and may have happened before the others' next.
        has_more |= ends
            .iter()
            .any(|(stream, seq)| (stream, *seq) == (&event.stream, event.seq));
        // Only for sockets that have joined its conversation.
        if event.room.as_ref().is_some_and(|room| room.only) {
            place.pass(&event.stream, event.seq);
            continue;
        }
        if !again && (events.len() == most || bytes >= MOST_BYTES) {
            has_more = true;
            break;
        }
        place.pass(&event.stream, event.seq);
        if let Some((_, cursor)) = events.last_mut().filter(|_| again) {
            *cursor = place.cursor();
        } else {
            bytes += texts_of(&event.payload);
            events.push((event, place.cursor()));
        }
    }
    Ok(FeedPart {
        cursor: place.cursor(),
        events,
        has_more,
        bytes,
    })
}

/// How long the texts in a payload are; the rest is short.
fn texts_of(payload: &Value) -> usize {
    match payload {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(texts_of).sum(),
        Value::Object(members) => members.values().map(texts_of).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}
