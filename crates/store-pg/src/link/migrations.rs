//! Brings the schema up to date.

use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::link::connect::establish;
use crate::unit::statement::Statement;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Any number will do as long as nothing else in the database uses it: "guichet" in ASCII.
const LOCK: i64 = 0x0067_7569_6368_6574;

/// How often it is asked whether another instance is done.
const ANOTHERS_TURN: Duration = Duration::from_millis(100);

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database cannot be reached or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A migration failed; it was rolled back.
    #[error("a migration failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Runs what is pending, one instance at a time. Needs a multi-threaded runtime. Answers the
/// names of the migrations that ran.
///
/// # Errors
/// [`MigrationError`].
pub async fn migrate(url: &str) -> Result<Vec<String>, MigrationError> {
    let mut conn = establish(url).await?;
    take_turn(&conn).await?;
    drop_half_built(&mut conn).await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let ran = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(MigrationError::Failed)?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

#[derive(QueryableByName)]
struct LockedRow {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// The lock is held by the session, so it goes with the connection whatever happens. It is asked for
/// and not waited for: an index is built `CONCURRENTLY` when every statement begun before has ended,
/// and one that waits for the lock would not.
async fn take_turn(conn: &AsyncPgConnection) -> Result<(), StoreError> {
    loop {
        let row: Option<LockedRow> = Statement::new("SELECT pg_try_advisory_lock({}) AS locked")
            .bind::<BigInt, _>(LOCK)
            .row(conn)
            .await
            .map_err(from_diesel)?;
        if row.is_some_and(|row| row.locked) {
            return Ok(());
        }
        tokio::time::sleep(ANOTHERS_TURN).await;
    }
}

#[derive(QueryableByName)]
struct DropRow {
    #[diesel(sql_type = Text)]
    statement: String,
}

/// An index whose building was interrupted stays behind, of no use and in the way of its name. One that
/// somebody is building is none.
async fn drop_half_built(conn: &mut AsyncPgConnection) -> Result<(), StoreError> {
    const SQL: &str = "SELECT format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I', n.nspname, c.relname) AS statement \
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE NOT i.indisvalid AND n.nspname = current_schema() AND c.relname ~ '^idx_' AND c.relname !~ '_ccnew' \
        AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)";
    let rows: Vec<DropRow> = Statement::new(SQL).rows(conn).await.map_err(from_diesel)?;
    for row in rows {
        conn.batch_execute(&row.statement)
            .await
            .map_err(from_diesel)?;
    }
    Ok(())
}

/// How many migrations have not run.
///
/// # Errors
/// [`MigrationError`].
pub async fn pending_migrations(url: &str) -> Result<usize, MigrationError> {
    let conn: AsyncPgConnection = establish(url).await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    Ok(harness
        .pending_migrations(MIGRATIONS)
        .map_err(MigrationError::Failed)?
        .len())
}
