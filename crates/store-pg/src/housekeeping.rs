//! Rows that have had their time.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::Timestamptz;
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::idempotency;
use crate::statement::Statement;
use crate::store::PgStore;

/// Events are kept this long; older cursors get `resyncRequired`.
const EVENT_DAYS: i64 = 7;
/// Done jobs are kept this long, as the trace of what was sent.
const DONE_JOB_DAYS: i64 = 30;
/// When a reader's view was counted is of use for half an hour.
const VIEW_HOURS: i64 = 1;
/// An answer to an idempotent request is kept this long.
const IDEMPOTENCY_HOURS: i64 = 24;

/// How many rows of each kind went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    pub events: usize,
    pub jobs: usize,
    pub answers: usize,
    pub views: usize,
}

impl PgStore {
    /// Removes what is past its time. Dead letters stay until somebody looks at them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<Swept, StoreError> {
        let conn = self.background_connection().await?;
        let events = Statement::new("DELETE FROM event WHERE occurred_at < {}")
            .bind::<Timestamptz, _>(now - TimeDelta::days(EVENT_DAYS))
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        let jobs = Statement::new("DELETE FROM job WHERE state = 'done' AND finished_at < {}")
            .bind::<Timestamptz, _>(now - TimeDelta::days(DONE_JOB_DAYS))
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        let answers = idempotency::forget(&conn, IDEMPOTENCY_HOURS).await?;
        let views = Statement::new("DELETE FROM faq_view WHERE counted_at < {}")
            .bind::<Timestamptz, _>(now - TimeDelta::hours(VIEW_HOURS))
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(Swept {
            events,
            jobs,
            answers,
            views,
        })
    }
}
