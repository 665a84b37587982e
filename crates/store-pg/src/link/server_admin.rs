//! The database server itself: what it promises, and making a database in it.

use diesel::sql_types::Text;
use diesel_async::SimpleAsyncConnection as _;
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::link::connect::establish;
use crate::unit::statement::Statement;

/// Whether the server keeps what it was told to keep.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Durability {
    /// `fsync`.
    #[diesel(sql_type = Text)]
    pub fsync: String,
    /// `full_page_writes`.
    #[diesel(sql_type = Text)]
    pub full_page_writes: String,
    /// `synchronous_commit`.
    #[diesel(sql_type = Text)]
    pub synchronous_commit: String,
    /// The server's version, as it says it.
    #[diesel(sql_type = Text)]
    pub version: String,
}

impl Durability {
    /// True when a committed write survives a power cut.
    pub fn is_durable(&self) -> bool {
        self.fsync == "on" && self.full_page_writes == "on" && self.synchronous_commit != "off"
    }
}

/// Asks the server for its durability settings.
///
/// # Errors
/// [`StoreError::Unavailable`] when it cannot be reached.
pub async fn durability(url: &str) -> Result<Durability, StoreError> {
    const SQL: &str = "SELECT current_setting('fsync') AS fsync, \
        current_setting('full_page_writes') AS full_page_writes, \
        current_setting('synchronous_commit') AS synchronous_commit, \
        current_setting('server_version') AS version";
    let conn = establish(url).await?;
    let row = Statement::new(SQL).row(&conn).await.map_err(from_diesel)?;
    row.ok_or_else(|| StoreError::defect("the server said nothing"))
}

/// Creates a database unless it is there. `name` is ours, never a caller's.
///
/// # Errors
/// [`StoreError`] when the server cannot be reached or refuses.
pub async fn create_database(admin_url: &str, name: &str) -> Result<(), StoreError> {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        found: bool,
    }
    let mut conn = establish(admin_url).await?;
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = {}) AS found";
    let row: Option<Found> = Statement::new(sql)
        .bind::<Text, _>(name.to_owned())
        .row(&conn)
        .await
        .map_err(from_diesel)?;
    if row.is_some_and(|row| row.found) {
        return Ok(());
    }
    let quoted = name.replace('"', "\"\"");
    match conn
        .batch_execute(&format!("CREATE DATABASE \"{quoted}\""))
        .await
        .map_err(from_diesel)
    {
        // Another instance was quicker.
        Err(StoreError::Duplicate(_)) => Ok(()),
        other => other,
    }
}
