//! Reading the event log. What a commit writes into it is in `entries.rs`, which also says what
//! readers may rely on.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use shared_kernel::{EventLog, LoggedEvent, StoreError, StreamId, StreamPosition};
use uuid::Uuid;

use super::rooms;
use crate::bigint::{from_bigint, to_bigint};
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
    #[diesel(sql_type = Nullable<Jsonb>)]
    room: Option<serde_json::Value>,
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
            room: self.room.and_then(rooms::read),
        }
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
        const SQL: &str = "SELECT stream_id, seq, event_id, kind, payload, occurred_at, room FROM event \
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
