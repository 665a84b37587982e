//! The store: pools, and what the rest of the server lends it.

use std::sync::Arc;

use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::link::pool::{self, DatabaseSettings, Purpose};
use crate::link::pool_thread::PoolThread;
use crate::link::session::{Connection, Pool};
use crate::link::thread_pools::{PoolStatus, ThreadPools};
use crate::unit::lent::Lent;
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

/// Connections of background work: chores, some of which run at the same moment.
const BACKGROUND_CONNECTIONS: usize = 4;
/// Connections that search the knowledge base: each keeps a core of the database busy.
const SEARCH_CONNECTIONS: usize = 4;
/// Connections of the job queue: one for the runner's loop, one for jobs that failed.
const QUEUE_CONNECTIONS: usize = 2;

/// PostgreSQL behind every port.
#[derive(Clone)]
pub struct PgStore {
    requests: ThreadPools,
    /// For book-keeping of background work, so that it and requests do not wait for each other.
    background: Pool,
    /// For searching the knowledge base.
    searches: Pool,
    /// For claiming jobs and recording what became of them.
    queue: Pool,
    pub(crate) lent: Arc<Lent>,
}

impl PgStore {
    /// Makes a store. Connections are opened when they are needed.
    ///
    /// # Errors
    /// [`StoreError::Defect`] for settings no pool can be made from.
    pub fn new(settings: &DatabaseSettings, lent: Lent) -> Result<Self, StoreError> {
        let pool = |size, purpose| pool::build(settings, size, purpose, PoolThread::default());
        Ok(Self {
            requests: ThreadPools::build(settings)?,
            background: pool(BACKGROUND_CONNECTIONS, Purpose::Chores)?,
            searches: pool(SEARCH_CONNECTIONS, Purpose::Searches)?,
            queue: pool(QUEUE_CONNECTIONS, Purpose::Queue)?,
            lent: Arc::new(lent),
        })
    }

    /// Says that this thread serves requests, as the `number`-th that does, from 0: from now on it
    /// prefers the connections of the pool of that number, and drives them. To be called within its
    /// runtime.
    pub fn serve_from(&self, number: usize) {
        self.requests.serve_from(number);
    }

    pub(crate) async fn connection(&self) -> Result<Connection, StoreError> {
        pool::checkout(self.requests.of_this_thread()?).await
    }

    /// A connection for book-keeping that may be done again: its commits do not wait for the disk.
    pub(crate) async fn background_connection(&self) -> Result<Connection, StoreError> {
        pool::checkout_for_chores(&self.background).await
    }

    /// A connection that searches the knowledge base.
    pub(crate) async fn search_connection(&self) -> Result<Connection, StoreError> {
        pool::checkout_for_work(&self.searches).await
    }

    /// A connection for book-keeping of the job queue.
    pub(crate) async fn queue_connection(&self) -> Result<Connection, StoreError> {
        pool::checkout_for_chores(&self.queue).await
    }

    /// A connection for a unit of work, which has not begun.
    async fn unit_connection(&self) -> Result<Connection, StoreError> {
        pool::checkout_for_work(self.requests.of_this_thread()?).await
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

    /// How busy the pools of requests are.
    pub fn pool_status(&self) -> PoolStatus {
        self.requests.status()
    }

    /// Closes every connection; what is running ends first.
    pub fn close(&self) {
        self.requests.close();
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
        let conn = self.unit_connection().await?;
        Ok(PgTx::new(conn, Arc::clone(&self.lent)))
    }

    /// The same, but what could be asked before the commit is taken on trust: where that was wrong,
    /// nothing is written, and the commit is refused as a [`StoreError::Collision`]. Whoever opens it
    /// tries again with [`Self::open`], which says what was wrong.
    ///
    /// # Errors
    /// As above.
    pub async fn open_trusting(&self) -> Result<PgTx, StoreError> {
        Ok(self.open().await?.trusting())
    }
}
