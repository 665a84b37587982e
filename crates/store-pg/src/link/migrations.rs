//! Brings the schema up to date.

use diesel::sql_types::BigInt;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::link::connect::establish;
use crate::unit::statement::Statement;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Any number will do as long as nothing else in the database uses it: "guichet" in ASCII.
const LOCK: i64 = 0x0067_7569_6368_6574;

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
    let conn = establish(url).await?;
    // Held by the session, so it goes with the connection whatever happens.
    Statement::new("SELECT pg_advisory_lock({})")
        .patiently()
        .bind::<BigInt, _>(LOCK)
        .run(&conn)
        .await
        .map_err(from_diesel)?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let ran = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(MigrationError::Failed)?;
    Ok(ran.iter().map(ToString::to_string).collect())
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
