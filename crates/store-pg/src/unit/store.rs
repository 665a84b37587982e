//! The store: a pool, and what the rest of the server lends it.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use shared_kernel::{IdGenerator, LoggedEvent, StoreError};

use crate::error::from_diesel;
use crate::link::near::{Home, NearPools};
use crate::link::pool::{self, DatabaseSettings, Use};
use crate::link::session::{Connection, Pool};
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

/// Hears of commits, once each, after they are true.
pub trait CommitListener: Send + Sync {
    /// These events are in the log, and this many jobs were queued. Must not block.
    fn committed(&self, events: Vec<LoggedEvent>, jobs: usize);
}

/// How busy the pool is.
#[derive(Debug, Clone, Copy)]
pub struct PoolStatus {
    pub size: usize,
    pub available: usize,
    pub waiting: usize,
}

/// Connections of background work: the caretaker, the knowledge base, presence, a spare one.
const BACKGROUND_CONNECTIONS: usize = 4;
/// Connections that search the knowledge base: each keeps a core of the database busy.
const SEARCH_CONNECTIONS: usize = 4;
/// Connections of the job queue: one for the runner's loop, one for jobs that failed.
const QUEUE_CONNECTIONS: usize = 2;

/// PostgreSQL behind every port.
#[derive(Clone)]
pub struct PgStore {
    pools: NearPools,
    /// For book-keeping of background work, so that it and requests do not wait for each other.
    background: Pool,
    /// For searching the knowledge base.
    searches: Pool,
    /// For claiming jobs and recording what became of them.
    queue: Pool,
    pub(crate) lent: Arc<Lent>,
}

/// What the rest of the server lends the store.
pub struct Lent {
    /// The shop's: says to which day a figure belongs.
    pub zone: Tz,
    /// For the ids of events.
    pub ids: Arc<dyn IdGenerator>,
    pub listener: Arc<dyn CommitListener>,
}

impl Lent {
    /// The day of an instant in the shop's zone.
    pub(crate) fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }
}

impl PgStore {
    /// Makes a store. Connections are opened when they are needed.
    ///
    /// # Errors
    /// [`StoreError::Defect`] for settings no pool can be made from.
    pub fn new(settings: &DatabaseSettings, lent: Lent) -> Result<Self, StoreError> {
        Ok(Self {
            pools: NearPools::build(settings)?,
            background: pool::build(
                settings,
                BACKGROUND_CONNECTIONS,
                Use::Chores,
                Home::default(),
            )?,
            searches: pool::build(settings, SEARCH_CONNECTIONS, Use::Searches, Home::default())?,
            queue: pool::build(settings, QUEUE_CONNECTIONS, Use::Queue, Home::default())?,
            lent: Arc::new(lent),
        })
    }

    /// Says that this thread serves requests, as the `place`-th of them from 0: from now on it prefers
    /// the connections of that place, and drives them. To be called within its runtime.
    pub fn serve_from(&self, place: usize) {
        self.pools.serve_from(place);
    }

    pub(crate) async fn connection(&self) -> Result<Connection, StoreError> {
        pool::lend(self.pools.here()?).await
    }

    /// A connection for book-keeping that may be done again: its commits do not wait for the disk.
    pub(crate) async fn background_connection(&self) -> Result<Connection, StoreError> {
        pool::lend_warm(&self.background).await
    }

    /// A connection that searches the knowledge base.
    pub(crate) async fn search_connection(&self) -> Result<Connection, StoreError> {
        pool::lend_for_work(&self.searches).await
    }

    /// A connection for book-keeping of the job queue.
    pub(crate) async fn queue_connection(&self) -> Result<Connection, StoreError> {
        pool::lend_warm(&self.queue).await
    }

    /// A connection for a unit of work, which has not begun.
    pub(crate) async fn unit_connection(&self) -> Result<Connection, StoreError> {
        pool::lend_for_work(self.pools.here()?).await
    }

    /// True answers only: asks the database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let conn = self.background_connection().await?;
        Statement::new("SELECT 1")
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }

    /// How busy the pool is.
    pub fn pool_status(&self) -> PoolStatus {
        self.pools.status()
    }

    /// Closes every connection; what is running ends first.
    pub fn close(&self) {
        self.pools.close();
        self.background.close();
        self.queue.close();
        self.searches.close();
    }
}

impl PgStore {
    /// Opens a transaction over everything.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no connection to be had.
    pub async fn open(&self) -> Result<PgTx, StoreError> {
        PgTx::begin(self, false).await
    }

    /// The same, but what could be asked before the commit is taken on trust: where that was wrong,
    /// nothing is written, and the commit is refused as a [`StoreError::Collision`]. Whoever opens it
    /// tries again with [`Self::open`], which says what was wrong.
    ///
    /// # Errors
    /// As above.
    pub async fn open_trusting(&self) -> Result<PgTx, StoreError> {
        PgTx::begin(self, true).await
    }
}
