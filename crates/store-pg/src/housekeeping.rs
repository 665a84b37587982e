//! Rows that have had their time.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::Timestamptz;
use diesel_async::AsyncPgConnection;
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::unit::idempotency;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// Events are kept this long; older cursors get `resyncRequired`.
const EVENT_DAYS: i64 = 7;
/// What a socket has joined is kept as long, since it was last here.
const SESSION_DAYS: i64 = EVENT_DAYS;
/// Done jobs are kept this long, as the trace of what was sent.
const DONE_JOB_DAYS: i64 = 30;
/// When a reader's view was counted is of use for half an hour.
const VIEW_HOURS: i64 = 1;
/// An answer to an idempotent request is kept this long.
const IDEMPOTENCY_HOURS: i64 = 24;
/// Rows removed by one statement.
const BATCH: usize = 5_000;

/// How many rows of each kind went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    pub events: usize,
    pub jobs: usize,
    pub answers: usize,
    pub views: usize,
    pub sessions: usize,
}

impl PgStore {
    /// Removes what is past its time. Dead letters stay until somebody looks at them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<Swept, StoreError> {
        let conn = self.background_connection().await?;
        let before = |age| now - age;
        let events = remove(
            &conn,
            "event",
            "occurred_at < {}",
            // The oldest first: between two batches no stream may have a hole.
            "stream_id, seq",
            before(TimeDelta::days(EVENT_DAYS)),
        )
        .await?;
        let done = "state = 'done' AND finished_at < {}";
        let jobs = remove(
            &conn,
            "job",
            done,
            "finished_at",
            before(TimeDelta::days(DONE_JOB_DAYS)),
        )
        .await?;
        let views = remove(
            &conn,
            "faq_view",
            "counted_at < {}",
            "counted_at",
            before(TimeDelta::hours(VIEW_HOURS)),
        )
        .await?;
        let sessions = remove(
            &conn,
            "socket_session",
            "kept_at < {}",
            "kept_at",
            before(TimeDelta::days(SESSION_DAYS)),
        )
        .await?;
        let answers = idempotency::forget(&conn, IDEMPOTENCY_HOURS).await?;
        Ok(Swept {
            events,
            jobs,
            answers,
            views,
            sessions,
        })
    }
}

/// Removes the rows that were there before an instant, a batch at a time: after a long pause there
/// may be more than one statement can do in its time.
async fn remove(
    conn: &AsyncPgConnection,
    table: &'static str,
    old: &'static str,
    order: &'static str,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let sql = format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {old} ORDER BY {order} LIMIT {BATCH})) AND {old}"
    );
    let mut removed = 0;
    loop {
        let batch = Statement::new(sql.clone())
            .bind::<Timestamptz, _>(before)
            .bind::<Timestamptz, _>(before)
            .run(conn)
            .await
            .map_err(from_diesel)?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}
