//! Jobs a commit queues.

use diesel::sql_types::{Array, Jsonb, Text, Timestamptz};
use shared_kernel::NewJob;

use crate::unit::statement::Statement;

/// Adds jobs, each key once: a CTE of the statement that commits.
pub(crate) const CTE: &str = "\
queued AS (
    INSERT INTO job (kind, key, lane, payload, run_at, created_at)
    SELECT kind, key, lane, payload, run_at, clock_timestamp()
    FROM unnest({}, {}, {}, {}, {}) AS w (kind, key, lane, payload, run_at) /*if known*/
    ON CONFLICT (key) DO NOTHING
)";

/// Binds jobs to [`CTE`].
pub(crate) fn bind(statement: Statement, jobs: &[NewJob]) -> Statement {
    let text = |of: fn(&NewJob) -> &str| -> Vec<String> {
        jobs.iter().map(|job| of(job).to_owned()).collect()
    };
    statement
        .bind::<Array<Text>, _>(text(|job| job.kind.as_str()))
        .bind::<Array<Text>, _>(text(|job| &job.key))
        .bind::<Array<Text>, _>(text(|job| &job.lane))
        .bind::<Array<Jsonb>, _>(
            jobs.iter()
                .map(|job| job.payload.clone())
                .collect::<Vec<_>>(),
        )
        .bind::<Array<Timestamptz>, _>(jobs.iter().map(|job| job.run_at).collect::<Vec<_>>())
}
