//! The event log.
//!
//! A writer locks its streams' rows in the order of their names, counts them up and inserts. The
//! locks last to the commit, so within a stream the order of numbers is the order of commits: a
//! reader that has seen number *n* never meets a smaller one later.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use shared_kernel::{EventLog, EventRecord, LoggedEvent, StoreError, StreamId, StreamPosition};
use uuid::Uuid;

use crate::error::from_diesel;
use crate::statement::Statement;
use crate::store::PgStore;

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

#[derive(diesel::QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    ord: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: DateTime<Utc>,
}

const APPEND: &str = "\
WITH wanted AS (
    SELECT * FROM unnest({}, {}, {}, {}) WITH ORDINALITY AS w (grp, stream_id, kind, payload, ord)
), ids AS (
    SELECT grp, gen_random_uuid() AS event_id FROM (SELECT DISTINCT grp FROM wanted) g
), counted AS (
    SELECT stream_id, count(*) AS n FROM wanted GROUP BY stream_id ORDER BY stream_id
), numbered AS (
    INSERT INTO event_stream AS s (stream_id, last_seq) SELECT stream_id, n FROM counted ORDER BY stream_id
    ON CONFLICT (stream_id) DO UPDATE SET last_seq = s.last_seq + excluded.last_seq
    RETURNING s.stream_id, s.last_seq
), placed AS (
    SELECT w.ord, w.stream_id, w.kind, w.payload, i.event_id,
        n.last_seq - c.n + row_number() OVER (PARTITION BY w.stream_id ORDER BY w.ord) AS seq
    FROM wanted w JOIN ids i USING (grp) JOIN counted c USING (stream_id) JOIN numbered n USING (stream_id)
), written AS (
    INSERT INTO event (stream_id, seq, event_id, kind, payload, occurred_at)
    SELECT stream_id, seq, event_id, kind, payload, clock_timestamp() FROM placed
    RETURNING stream_id, seq, event_id, occurred_at
)
SELECT p.ord, w.seq, w.event_id, w.occurred_at FROM written w JOIN placed p USING (stream_id, seq) ORDER BY p.ord";

/// Writes events, each once per audience, and answers them as they stand in the log.
pub(crate) async fn append_events(
    conn: &AsyncPgConnection,
    records: Vec<EventRecord>,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let mut groups = Vec::new();
    let mut streams = Vec::new();
    let mut kinds = Vec::new();
    let mut payloads = Vec::new();
    for (group, record) in (0_i64..).zip(records) {
        for (stream, payload) in record.audiences {
            groups.push(group);
            streams.push(stream.as_str().to_owned());
            kinds.push(record.kind.to_owned());
            payloads.push(payload);
        }
    }
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let placed: Vec<Numbered> = appending(groups, streams.clone(), kinds.clone(), payloads.clone())
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    let sent = streams.into_iter().zip(kinds).zip(payloads);
    Ok(sent
        .zip(placed)
        .map(|(((stream, kind), payload), at)| {
            debug_assert!(at.ord > 0, "ordinality counts from 1");
            LoggedEvent {
                stream: StreamId::from_stored(stream),
                seq: from_bigint(at.seq),
                event_id: at.event_id,
                kind,
                payload,
                occurred_at: at.occurred_at,
            }
        })
        .collect())
}

/// Prepares the statement of [`append_events`].
pub(crate) async fn append_nothing(conn: &AsyncPgConnection) -> QueryResult<()> {
    appending(Vec::new(), Vec::new(), Vec::new(), Vec::new())
        .run(conn)
        .await
        .map(|_| ())
}

fn appending(
    groups: Vec<i64>,
    streams: Vec<String>,
    kinds: Vec<String>,
    payloads: Vec<serde_json::Value>,
) -> Statement {
    Statement::new(APPEND)
        .bind::<Array<BigInt>, _>(groups)
        .bind::<Array<Text>, _>(streams)
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Jsonb>, _>(payloads)
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
            .bind::<BigInt, _>(i64::try_from(seq).unwrap_or(i64::MAX))
            .bind::<BigInt, _>(i64::from(limit))
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(rows.into_iter().map(EventRow::into_event).collect())
    }
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
