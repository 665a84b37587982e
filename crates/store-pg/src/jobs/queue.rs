//! The queue as its workers see it: claiming jobs and saying what became of them.
//!
//! A claim is a lease that expires, fenced by the attempt's number: a worker that finishes late
//! cannot overwrite what another made of the job. Within a lane jobs are done in order: one that
//! waits for its next attempt holds the ones behind it, one that is dead does not.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz};
use shared_kernel::{JobKind, StoreError};

use crate::error::{bad_row, from_diesel};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// A job somebody is working on.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    pub id: i64,
    pub kind: JobKind,
    pub key: String,
    pub payload: serde_json::Value,
    /// This attempt's number, from 1; the fence.
    pub attempt: i32,
    pub created_at: DateTime<Utc>,
    /// Fences a release, which gives its attempt's number to the next worker.
    lease_until: DateTime<Utc>,
}

#[derive(diesel::QueryableByName)]
struct JobRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    lease_until: DateTime<Utc>,
}

impl ClaimedJob {
    /// Whether another worker may have taken it over by now.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        now >= self.lease_until
    }
}

/// How many jobs are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, diesel::QueryableByName)]
pub struct JobCounts {
    #[diesel(sql_type = BigInt)]
    pub ready: i64,
    #[diesel(sql_type = BigInt)]
    pub running: i64,
    #[diesel(sql_type = BigInt)]
    pub dead: i64,
    /// How long the oldest due job has waited, in seconds.
    #[diesel(sql_type = BigInt)]
    pub oldest_due_seconds: i64,
}

const CLAIM: &str = "\
WITH due AS MATERIALIZED (
    SELECT id FROM (
        SELECT id FROM job j WHERE state = 'ready' AND run_at <= {}
          AND id = (SELECT e.id FROM job e WHERE e.lane = j.lane AND e.state IN ('ready', 'running') ORDER BY e.id LIMIT 1)
        ORDER BY run_at, id LIMIT {} FOR UPDATE SKIP LOCKED) ready
    UNION ALL
    SELECT id FROM (
        SELECT id FROM job j WHERE state = 'running' AND lease_until < {}
          AND id = (SELECT e.id FROM job e WHERE e.lane = j.lane AND e.state IN ('ready', 'running') ORDER BY e.id LIMIT 1)
        ORDER BY lease_until LIMIT {} FOR UPDATE SKIP LOCKED) lapsed
    LIMIT {}
)
UPDATE job SET state = 'running', lease_until = {}, attempts = attempts + 1
WHERE id = ANY (ARRAY(SELECT id FROM due))
RETURNING job.id, job.kind, job.key, job.payload, job.attempts, job.created_at, job.lease_until";

/// The queue, as its workers see it.
#[derive(Clone)]
pub struct JobQueue {
    store: PgStore,
}

impl JobQueue {
    /// The queue of a store.
    pub fn new(store: PgStore) -> Self {
        Self { store }
    }

    /// Claims up to `limit` due jobs until `now + lease`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u32,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        let conn = self.store.queue_connection().await?;
        let rows: Vec<JobRow> = Statement::new(CLAIM)
            .bind::<Timestamptz, _>(now)
            .bind::<BigInt, _>(i64::from(limit))
            .bind::<Timestamptz, _>(now)
            .bind::<BigInt, _>(i64::from(limit))
            .bind::<BigInt, _>(i64::from(limit))
            .bind::<Timestamptz, _>(now + lease)
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        let mut jobs = rows
            .into_iter()
            .map(|row| {
                let kind = JobKind::parse(&row.kind)
                    .ok_or_else(|| bad_row("job", &row.id.to_string(), "kind"))?;
                Ok(ClaimedJob {
                    id: row.id,
                    kind,
                    key: row.key,
                    payload: row.payload,
                    attempt: row.attempts,
                    created_at: row.created_at,
                    lease_until: row.lease_until,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        jobs.sort_by_key(|job| job.id);
        Ok(jobs)
    }

    /// These jobs are done. Their payloads go: they may name people. One whose lease was lost stays
    /// what another worker made of it. Answers how many were still ours.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complete(
        &self,
        jobs: &[ClaimedJob],
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        const SQL: &str = "UPDATE job SET state = 'done', finished_at = {}, payload = jsonb_build_object(), last_error = NULL, lease_until = NULL \
            FROM unnest({}, {}) AS ours (id, attempt) \
            WHERE job.id = ours.id AND job.attempts = ours.attempt AND job.state = 'running'";
        let conn = self.store.queue_connection().await?;
        Statement::new(SQL)
            .bind::<Timestamptz, _>(now)
            .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.id).collect::<Vec<_>>())
            .bind::<Array<Integer>, _>(jobs.iter().map(|job| job.attempt).collect::<Vec<_>>())
            .run(&conn)
            .await
            .map_err(from_diesel)
    }

    /// The attempt failed. Tries again at `retry_at`, or never (`None`: dead letter).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fail(
        &self,
        job: &ClaimedJob,
        error: &str,
        retry_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE job SET state = CASE WHEN {} IS NULL THEN 'dead' ELSE 'ready' END, \
            run_at = coalesce({}, run_at), last_error = {}, lease_until = NULL, \
            finished_at = CASE WHEN {} IS NULL THEN {} END \
            WHERE id = {} AND attempts = {} AND state = 'running'";
        let conn = self.store.queue_connection().await?;
        let rows = Statement::new(SQL)
            .bind::<Nullable<Timestamptz>, _>(retry_at)
            .bind::<Nullable<Timestamptz>, _>(retry_at)
            .bind::<Text, _>(error.to_owned())
            .bind::<Nullable<Timestamptz>, _>(retry_at)
            .bind::<Timestamptz, _>(now)
            .bind::<BigInt, _>(job.id)
            .bind::<Integer, _>(job.attempt)
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(rows == 1)
    }

    /// Gives a claimed job back untouched: the attempt did not take place and does not count.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release(
        &self,
        job: &ClaimedJob,
        run_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE job SET state = 'ready', lease_until = NULL, attempts = attempts - 1, run_at = {} \
            WHERE id = {} AND attempts = {} AND lease_until = {} AND state = 'running'";
        let conn = self.store.queue_connection().await?;
        let rows = Statement::new(SQL)
            .bind::<Timestamptz, _>(run_at)
            .bind::<BigInt, _>(job.id)
            .bind::<Integer, _>(job.attempt)
            .bind::<Timestamptz, _>(job.lease_until)
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(rows == 1)
    }

    /// How many jobs are in which state.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counts(&self, now: DateTime<Utc>) -> Result<JobCounts, StoreError> {
        const SQL: &str = "SELECT count(*) FILTER (WHERE state = 'ready') AS ready, \
            count(*) FILTER (WHERE state = 'running') AS running, count(*) FILTER (WHERE state = 'dead') AS dead, \
            coalesce(extract(epoch FROM {} - min(run_at) FILTER (WHERE state = 'ready' AND run_at <= {})), 0)::bigint AS oldest_due_seconds \
            FROM job WHERE state IN ('ready', 'running', 'dead')";
        let conn = self.store.queue_connection().await?;
        let row = Statement::new(SQL)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(row.unwrap_or_default())
    }
}
