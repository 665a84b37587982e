//! What a commit writes into the event log.
//!
//! A writer locks its streams' rows in the order of their names, counts them up and inserts. The
//! locks last to the commit, so within a stream the order of numbers is the order of commits: a
//! reader that has seen number *n* never meets a smaller one later.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use shared_kernel::{EventRecord, LoggedEvent, Room, StreamId};
use uuid::Uuid;

use super::rooms;
use crate::bigint::{from_bigint, to_bigint};
use crate::unit::statement::Statement;

/// Counts the streams up, in the order of their names, and writes the entries under the numbers so
/// taken: two CTEs of the statement that commits.
pub(crate) const CTES: &str = "\
numbered AS (
    INSERT INTO event_stream AS s (stream_id, last_seq) SELECT * FROM unnest({}, {}) AS c (stream_id, n) /*if known*/
    ON CONFLICT (stream_id) DO UPDATE SET last_seq = s.last_seq + excluded.last_seq
    RETURNING s.stream_id, s.last_seq, clock_timestamp() AS at
), logged AS (
    INSERT INTO event (stream_id, seq, event_id, kind, payload, room, occurred_at)
    SELECT e.stream_id, n.last_seq - e.behind, e.event_id, e.kind, e.payload::jsonb, e.room::jsonb, n.at
    FROM unnest({}, {}, {}, {}, {}, {}) AS e (stream_id, behind, event_id, kind, payload, room) JOIN numbered n USING (stream_id)
)";

/// Entries on their way into the log, one for each audience.
#[derive(Default)]
pub(crate) struct NewEntries {
    entries: Vec<NewEntry>,
    /// How many there are for each stream, in the order streams are locked in.
    counts: BTreeMap<StreamId, u64>,
}

struct NewEntry {
    stream: StreamId,
    /// How many of its stream come before it here.
    before: u64,
    event_id: Uuid,
    kind: &'static str,
    payload: serde_json::Value,
    room: Option<Room>,
}

/// Where a stream stands once entries were written.
pub(crate) struct StreamEnd {
    pub(crate) stream: String,
    pub(crate) last_seq: i64,
    pub(crate) at: DateTime<Utc>,
}

impl NewEntries {
    /// Adds an event, under the same id for each audience.
    pub(crate) fn add(&mut self, record: EventRecord, event_id: Uuid) {
        let (heard_in, mut room) = record.room.unzip();
        for (stream, payload) in record.audiences {
            let room = room.take_if(|_| heard_in.as_ref() == Some(&stream));
            let count = self.counts.entry(stream.clone()).or_default();
            self.entries.push(NewEntry {
                stream,
                before: *count,
                event_id,
                kind: record.kind,
                payload,
                room,
            });
            *count += 1;
        }
    }

    pub(crate) fn are_none(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries of its stream come after this one.
    fn behind(&self, entry: &NewEntry) -> u64 {
        let count = self.counts.get(&entry.stream).copied().unwrap_or_default();
        count.saturating_sub(entry.before + 1)
    }

    /// Binds them to [`CTES`].
    pub(crate) fn bind(&self, statement: Statement) -> Statement {
        let entries = &self.entries;
        let text = |of: fn(&NewEntry) -> &str| -> Vec<String> {
            entries.iter().map(|entry| of(entry).to_owned()).collect()
        };
        let streams = self.counts.keys().map(|stream| stream.as_str().to_owned());
        let behind = entries.iter().map(|entry| to_bigint(self.behind(entry)));
        statement
            .bind::<Array<Text>, _>(streams.collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(
                self.counts
                    .values()
                    .copied()
                    .map(to_bigint)
                    .collect::<Vec<_>>(),
            )
            .bind::<Array<Text>, _>(text(|entry| entry.stream.as_str()))
            .bind::<Array<BigInt>, _>(behind.collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(
                entries
                    .iter()
                    .map(|entry| entry.event_id)
                    .collect::<Vec<_>>(),
            )
            .bind::<Array<Text>, _>(text(|entry| entry.kind))
            .bind::<Array<Text>, _>(
                entries
                    .iter()
                    .map(|entry| entry.payload.to_string())
                    .collect::<Vec<_>>(),
            )
            .bind::<Array<Nullable<Text>>, _>(
                entries
                    .iter()
                    .map(|entry| entry.room.as_ref().map(rooms::written))
                    .collect::<Vec<_>>(),
            )
    }

    /// The entries as they stand in the log, in the order they came.
    pub(crate) fn logged(self, ends: Vec<StreamEnd>) -> Vec<LoggedEvent> {
        let reached: HashMap<String, (u64, DateTime<Utc>)> = ends
            .into_iter()
            .map(|row| (row.stream, (from_bigint(row.last_seq), row.at)))
            .collect();
        let seqs: Vec<_> = self
            .entries
            .iter()
            .map(|entry| {
                let (last, at) = reached.get(entry.stream.as_str())?;
                Some((last.saturating_sub(self.behind(entry)), *at))
            })
            .collect();
        debug_assert!(
            seqs.iter().all(Option::is_some),
            "every stream was counted up"
        );
        let entries = self.entries.into_iter().zip(seqs);
        entries
            .filter_map(|(entry, numbered)| {
                let (seq, occurred_at) = numbered?;
                Some(LoggedEvent {
                    stream: entry.stream,
                    seq,
                    event_id: entry.event_id,
                    kind: entry.kind.to_owned(),
                    payload: entry.payload,
                    occurred_at,
                    room: entry.room,
                })
            })
            .collect()
    }
}
