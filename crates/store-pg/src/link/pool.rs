//! Connections: how many there are, how they are checked out, what they may never do.

use std::time::Duration;

use deadpool::managed::{PoolError, TimeoutType};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use shared_kernel::StoreError;
use tokio::time::{Instant, timeout, timeout_at};

use crate::error::{from_diesel, from_pool};
use crate::link::connect::UNACKNOWLEDGED;
use crate::link::pool_thread::PoolThread;
use crate::link::session::{Connection, Pool, Sessions};
use crate::unit::statement::Statement;

/// How to reach the database and how much of it to use.
#[derive(Clone)]
pub struct DatabaseSettings {
    /// `postgres://…`; may hold a password, so it is never printed.
    pub url: String,
    /// The most connections requests open.
    pub pool_size: usize,
    /// How many threads serve requests; each has a pool of its own, as far as connections suffice.
    pub serving_threads: usize,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
}

/// How long a connection checked out may take to answer its first statement.
const FIRST_ANSWER: Duration = Duration::from_secs(1);
/// A connection that was tried this lately counts as one that answers.
const WARM: Duration = Duration::from_secs(1);
/// The same for what a request waits for: while the database falls silent, so long
/// requests go on to ask it.
const JUST_NOW: Duration = Duration::from_millis(250);
/// Connections tried before a request is told that the database is away.
const MAX_TRIES: u32 = 2;

/// What a pool's connections are for; their settings follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What is answered: a commit waits for the disk.
    Requests,
    /// Searching the knowledge base: a few statements, dear to plan and the same for all words.
    Searches,
    /// Book-keeping that is done again if a power cut undoes the last moments.
    Chores,
    /// The same, for the job queue, which is read in the order of its indexes only.
    Queue,
}

impl Purpose {
    fn settings(self) -> &'static str {
        match self {
            Self::Requests => "",
            Self::Searches => "SET plan_cache_mode = force_generic_plan; ",
            Self::Chores => "SET synchronous_commit = off; ",
            // Before the first ANALYZE the planner would rather gather and sort all that waits, at
            // each claim, than read it in order from its index.
            Self::Queue => "SET synchronous_commit = off; SET enable_bitmapscan = off; ",
        }
    }
}

/// A pool whose connections `thread` drives.
pub(crate) fn build(
    settings: &DatabaseSettings,
    size: usize,
    purpose: Purpose,
    thread: PoolThread,
) -> Result<Pool, StoreError> {
    let sessions = Sessions {
        url: settings.url.clone(),
        settings: session_settings(settings.statement_timeout, purpose),
        thread,
    };
    Pool::builder(sessions)
        .max_size(size)
        .wait_timeout(Some(settings.acquire_timeout))
        .create_timeout(Some(settings.acquire_timeout))
        // Nothing is asked of a connection that comes back, so there is nothing to time.
        .recycle_timeout(None)
        // The one used last: its process still has everything at hand.
        .queue_mode(deadpool::managed::QueueMode::Lifo)
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Defect(Box::new(error)))
}

/// No statement, lock or forgotten transaction may hold others up for long. Compiling a statement
/// takes longer than any of ours should run.
fn session_settings(statement_timeout: Duration, purpose: Purpose) -> String {
    format!(
        "{}SET statement_timeout = {}; SET lock_timeout = 3000; SET jit = off; \
         SET idle_in_transaction_session_timeout = 10000; SET timezone = 'UTC'",
        purpose.settings(),
        statement_timeout.as_millis()
    )
}

/// Checks out a connection for book-keeping. One that was tried a moment ago is not tried again: work
/// that fails on it is done again anyway.
pub(crate) async fn checkout_for_chores(pool: &Pool) -> Result<Connection, StoreError> {
    checkout_answering(pool, WARM).await
}

/// Checks out a connection for a unit of work, or a search. One that answered just now is not asked
/// whether it does.
pub(crate) async fn checkout_for_work(pool: &Pool) -> Result<Connection, StoreError> {
    checkout_answering(pool, JUST_NOW).await
}

/// Checks out a connection that just answered. One that broke while it lay in the pool is thrown
/// away and the next is tried: after a restart of the database nobody sees the old connections.
pub(crate) async fn checkout(pool: &Pool) -> Result<Connection, StoreError> {
    checkout_answering(pool, Duration::ZERO).await
}

async fn ping(conn: &AsyncPgConnection) -> QueryResult<()> {
    Statement::new("SELECT 1").run(conn).await.map(|_| ())
}

/// Waits for the answer to a first statement, which costs the database nothing.
pub(crate) async fn answers_soon(
    asking: impl Future<Output = QueryResult<()>>,
) -> Result<(), StoreError> {
    match timeout(FIRST_ANSWER, asking).await {
        Ok(answer) => answer.map_err(from_diesel),
        Err(_) => Err(StoreError::Unavailable(
            "the database does not answer".into(),
        )),
    }
}

/// A connection of the pool: at once where one is free, which needs no clock, else in time.
async fn get(pool: &Pool, deadline: Instant) -> Result<Connection, StoreError> {
    let mut at_once = pool.timeouts();
    at_once.wait = Some(Duration::ZERO);
    at_once.create = Some(deadline.saturating_duration_since(Instant::now()));
    match pool.timeout_get(&at_once).await {
        Err(PoolError::Timeout(TimeoutType::Wait)) => timeout_at(deadline, pool.get())
            .await
            .map_err(|_| StoreError::Unavailable("no connection in time".into()))?,
        at_once => at_once,
    }
    .map_err(from_pool)
}

/// Checks out a connection that has answered within this time, or answers now.
async fn checkout_answering(pool: &Pool, within: Duration) -> Result<Connection, StoreError> {
    // One wait for all tries: each of the pool's own steps may take as long.
    let wait = pool.timeouts().wait.unwrap_or(UNACKNOWLEDGED);
    let deadline = Instant::now() + wait;
    let mut left = MAX_TRIES;
    loop {
        let mut conn = get(pool, deadline).await?;
        if conn.answered.is_some_and(|at| at.elapsed() < within) {
            return Ok(conn);
        }
        let error = match answers_soon(ping(&conn)).await {
            Ok(()) => {
                conn.answered = Some(std::time::Instant::now());
                return Ok(conn);
            }
            Err(error) => error,
        };
        drop(Connection::take(conn));
        // Where one connection broke, the others lying in the pool did too.
        pool.retain(|_, _| false);
        left -= 1;
        if left == 0 {
            return Err(error);
        }
    }
}
