//! The event log as everybody sees it: numbered streams of what happened.
//!
//! A stream's numbers have no gaps and follow the order of commits, so a reader that has seen
//! number *n* has seen everything before it. Streams: one per user (`user-<id>`),
//! [`STAFF_STREAMS`] for all staff, and one for the knowledge base, which no socket follows.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::ids::UserId;
use crate::store_error::StoreError;

/// How many streams all staff share. More than one, so that tickets created at the same time do
/// not queue behind a single row.
pub const STAFF_STREAMS: u8 = 8;

/// A stream's name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(String);

impl StreamId {
    /// The stream of one user.
    pub fn user(id: &UserId) -> Self {
        Self(format!("user-{id}"))
    }

    /// The staff stream a ticket's events go to: always the same for one ticket.
    pub fn staff_for(subject: &str) -> Self {
        let hash = subject.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        Self(format!("staff-{}", hash % u32::from(STAFF_STREAMS)))
    }

    /// Every staff stream.
    pub fn all_staff() -> Vec<Self> {
        (0..STAFF_STREAMS)
            .map(|n| Self(format!("staff-{n}")))
            .collect()
    }

    /// The knowledge base's. Servers follow it, to know when what they remember has passed; it is
    /// nobody's feed.
    pub fn knowledge_base() -> Self {
        Self("faq".to_owned())
    }

    /// Takes a name back from the store.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something to be written into the log: one event, once for each audience.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRecord {
    /// What happened, e.g. `ticket.created`.
    pub kind: &'static str,
    /// One entry per stream it goes to, with the payload that audience may see.
    pub audiences: Vec<(StreamId, serde_json::Value)>,
    /// In which of these streams those hear it who have joined its conversation, and how.
    pub room: Option<(StreamId, Room)>,
}

/// How those who have joined a conversation hear an entry of somebody else's stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Room {
    /// What they have joined.
    pub conversation: String,
    /// Those who hear it in a stream of their own, and so not here.
    pub told: Vec<UserId>,
    /// What happened as they hear it, where that is another word than the stream's.
    pub kind: Option<String>,
    /// Members of the payload that are otherwise, or only there, for them.
    pub with: serde_json::Map<String, serde_json::Value>,
    /// The stream's own audience hears it only where it has joined, too.
    pub only: bool,
}

/// An event as it stands in a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    /// The stream.
    pub stream: StreamId,
    /// Its number there, from 1.
    pub seq: u64,
    /// The same for every audience of one event: a socket that follows two of its streams shows it once.
    pub event_id: Uuid,
    /// What happened, e.g. `ticket.created`.
    pub kind: String,
    /// The payload for this stream's audience.
    pub payload: serde_json::Value,
    /// When its transaction wrote it.
    pub occurred_at: DateTime<Utc>,
    /// For those who have joined its conversation and follow the stream for that.
    pub room: Option<Room>,
}

/// Where a stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPosition {
    /// The stream.
    pub stream: StreamId,
    /// Changes when the stream is not the one it was (a restored backup).
    pub epoch: Uuid,
    /// The number of its last event; 0 when it has none.
    pub last_seq: u64,
    /// The number of the oldest event still kept; `last_seq + 1` when none is.
    pub first_kept: u64,
}

/// Reads the log.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Where these streams stand now, in the order asked. A stream nobody wrote to yet is created.
    async fn positions(&self, streams: &[StreamId]) -> Result<Vec<StreamPosition>, StoreError>;

    /// The events of a stream after a number, in order, `limit` at the most.
    async fn after(
        &self,
        stream: &StreamId,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_always_meets_the_same_staff_stream() {
        let stream = StreamId::staff_for("TICKET-ABCD1234");
        assert_eq!(stream, StreamId::staff_for("TICKET-ABCD1234"));
        assert!(StreamId::all_staff().contains(&stream));
    }

    #[test]
    fn tickets_spread_over_all_staff_streams() {
        let used: std::collections::BTreeSet<_> = (0..200)
            .map(|n| StreamId::staff_for(&format!("TICKET-{n:08}")))
            .collect();
        assert_eq!(used.len(), usize::from(STAFF_STREAMS));
    }
}
