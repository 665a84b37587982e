//! The event log.
//!
//! A writer locks its streams' rows in the order of their names, counts them up and inserts. The
//! locks last to the commit, so within a stream the order of numbers is the order of commits: a
//! reader that has seen number *n* never meets a smaller one later.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use shared_kernel::{EventLog, EventRecord, LoggedEvent, StoreError, StreamId, StreamPosition};
use uuid::Uuid;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

#[derive(diesel::QueryableByName)]
struct EventRow {
    #[diesel(sql_type = Text)]
    stream_id: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: DateTime<Utc>,
}

impl EventRow {
    fn into_event(self) -> LoggedEvent {
        LoggedEvent {
            stream: StreamId::from_stored(self.stream_id),
            seq: from_bigint(self.seq),
            event_id: self.event_id,
            kind: self.kind,
            payload: self.payload,
            occurred_at: self.occurred_at,
        }
    }
}

/// Counts the streams up, in the order of their names, and writes the entries under the numbers so
/// taken: a part of the statement that commits.
pub(crate) const WRITING: &str = "\
numbered AS (
    INSERT INTO event_stream AS s (stream_id, last_seq) SELECT * FROM unnest({}, {}) AS c (stream_id, n) /*if known*/
    ON CONFLICT (stream_id) DO UPDATE SET last_seq = s.last_seq + excluded.last_seq
    RETURNING s.stream_id, s.last_seq, clock_timestamp() AS at
), logged AS (
    INSERT INTO event (stream_id, seq, event_id, kind, payload, occurred_at)
    SELECT e.stream_id, n.last_seq - e.behind, e.event_id, e.kind, e.payload::jsonb, n.at
    FROM unnest({}, {}, {}, {}, {}) AS e (stream_id, behind, event_id, kind, payload) JOIN numbered n USING (stream_id)
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
}

/// Where a stream stands once entries were written.
pub(crate) struct Numbered {
    pub(crate) stream: String,
    pub(crate) last_seq: i64,
    pub(crate) at: DateTime<Utc>,
}

impl NewEntries {
    /// Adds an event, under the same id for each audience.
    pub(crate) fn add(&mut self, record: EventRecord, event_id: Uuid) {
        for (stream, payload) in record.audiences {
            let count = self.counts.entry(stream.clone()).or_default();
            self.entries.push(NewEntry {
                stream,
                before: *count,
                event_id,
                kind: record.kind,
                payload,
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

    /// Binds them to [`WRITING`].
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
    }

    /// The entries as they stand in the log, in the order they came.
    pub(crate) fn logged(self, numbered: Vec<Numbered>) -> Vec<LoggedEvent> {
        let places: HashMap<String, (u64, DateTime<Utc>)> = numbered
            .into_iter()
            .map(|row| (row.stream, (from_bigint(row.last_seq), row.at)))
            .collect();
        let seqs: Vec<_> = self
            .entries
            .iter()
            .map(|entry| {
                let (last, at) = places.get(entry.stream.as_str())?;
                Some((last.saturating_sub(self.behind(entry)), *at))
            })
            .collect();
        debug_assert!(
            seqs.iter().all(Option::is_some),
            "every stream was counted up"
        );
        let entries = self.entries.into_iter().zip(seqs);
        entries
            .filter_map(|(entry, place)| {
                let (seq, occurred_at) = place?;
                Some(LoggedEvent {
                    stream: entry.stream,
                    seq,
                    event_id: entry.event_id,
                    kind: entry.kind.to_owned(),
                    payload: entry.payload,
                    occurred_at,
                })
            })
            .collect()
    }
}

#[derive(diesel::QueryableByName)]
struct PositionRow {
    #[diesel(sql_type = Text)]
    stream_id: String,
    #[diesel(sql_type = SqlUuid)]
    epoch: Uuid,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = BigInt)]
    first_kept: i64,
}

const POSITIONS: &str = "\
SELECT s.stream_id, s.epoch, s.last_seq,
    coalesce((SELECT e.seq FROM event e WHERE e.stream_id = s.stream_id ORDER BY e.seq LIMIT 1), s.last_seq + 1) AS first_kept
FROM event_stream s WHERE s.stream_id = ANY({})";

async fn read_positions(
    conn: &AsyncPgConnection,
    names: Vec<String>,
) -> Result<HashMap<String, StreamPosition>, StoreError> {
    let rows: Vec<PositionRow> = Statement::new(POSITIONS)
        .bind::<Array<Text>, _>(names)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let position = StreamPosition {
                stream: StreamId::from_stored(row.stream_id.clone()),
                epoch: row.epoch,
                last_seq: from_bigint(row.last_seq),
                first_kept: from_bigint(row.first_kept),
            };
            (row.stream_id, position)
        })
        .collect())
}

#[async_trait]
impl EventLog for PgStore {
    async fn positions(&self, streams: &[StreamId]) -> Result<Vec<StreamPosition>, StoreError> {
        let conn = self.connection().await?;
        let names: Vec<String> = streams
            .iter()
            .map(|stream| stream.as_str().to_owned())
            .collect();
        let mut found = read_positions(&conn, names.clone()).await?;
        let mut missing: Vec<String> = names
            .iter()
            .filter(|name| !found.contains_key(*name))
            .cloned()
            .collect();
        if !missing.is_empty() {
            missing.sort_unstable();
            let sql =
                "INSERT INTO event_stream (stream_id) SELECT unnest({}) ON CONFLICT DO NOTHING";
            Statement::new(sql)
                .bind::<Array<Text>, _>(missing)
                .run(&conn)
                .await
                .map_err(from_diesel)?;
            found = read_positions(&conn, names.clone()).await?;
        }
        names
            .iter()
            .map(|name| {
                found
                    .get(name)
                    .cloned()
                    .ok_or_else(|| StoreError::defect(format!("stream {name} vanished")))
            })
            .collect()
    }

    async fn after(
        &self,
        stream: &StreamId,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        const SQL: &str = "SELECT stream_id, seq, event_id, kind, payload, occurred_at FROM event \
            WHERE stream_id = {} AND seq > {} ORDER BY seq LIMIT {}";
        let conn = self.connection().await?;
        let rows: Vec<EventRow> = Statement::new(SQL)
            .bind::<Text, _>(stream.as_str().to_owned())
            .bind::<BigInt, _>(to_bigint(seq))
            .bind::<BigInt, _>(i64::from(limit))
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(rows.into_iter().map(EventRow::into_event).collect())
    }
}

fn to_bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Numbers in the log are never negative.
fn from_bigint(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

impl PgStore {
    /// Gives every stream a new epoch, so that cursors from before a restore are refused instead
    /// of being continued in another history. Answers how many streams there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_epochs(&self) -> Result<usize, StoreError> {
        let conn = self.connection().await?;
        Statement::new("UPDATE event_stream SET epoch = gen_random_uuid()")
            .run(&conn)
            .await
            .map_err(from_diesel)
    }
}
