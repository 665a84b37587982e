//! The unit of work.
//!
//! Business rows are written as the use case goes. Log entries, figures and jobs wait until the
//! commit and go out together, streams in the order of their names: so no two transactions can
//! lock streams crosswise, and a stream stays locked only for the last moment of a transaction.

use std::sync::Arc;
use std::time::Duration;

use analytics_domain::Delta;
use async_trait::async_trait;
use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use shared_kernel::{
    Claim, EventRecord, IdempotencyKey, LoggedEvent, NewJob, StoreError, StoredAnswer, UnitOfWork,
};
use tokio::task::coop::unconstrained;
use tokio::time::timeout;
use tokio::try_join;

use crate::error::from_diesel;
use crate::event_log::append_events;
use crate::figures::append_deltas;
use crate::jobs::queue_jobs;
use crate::session::{Connection, Session};
use crate::statement::answered;
use crate::store::{Lent, PgStore};
use crate::{event_log, figures, idempotency, jobs};

/// How long the word to roll back may go without an answer. Closing the connection says the same,
/// and a request whose database fell silent has waited long enough.
const ROLLBACK: Duration = Duration::from_secs(1);

/// An open transaction: every domain's unit of work at once.
pub struct PgTx {
    /// `None` only once the transaction has ended.
    conn: Option<Connection>,
    pub(crate) lent: Arc<Lent>,
    pub(crate) events: Vec<EventRecord>,
    pub(crate) jobs: Vec<NewJob>,
    pub(crate) deltas: Vec<Delta>,
}

impl PgTx {
    pub(crate) async fn begin(store: &PgStore) -> Result<Self, StoreError> {
        Ok(Self {
            conn: Some(store.transaction().await?),
            lent: Arc::clone(&store.lent),
            events: Vec::new(),
            jobs: Vec::new(),
            deltas: Vec::new(),
        })
    }

    pub(crate) fn conn(&self) -> Result<&AsyncPgConnection, StoreError> {
        Ok(self.session()?)
    }

    fn session(&self) -> Result<&Session, StoreError> {
        self.conn
            .as_deref()
            .ok_or_else(|| StoreError::defect("the transaction has ended"))
    }
}

impl Drop for PgTx {
    /// An unfinished transaction keeps its locks as long as its connection sits in the pool, so
    /// the connection is taken out and closed, which rolls back at once.
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            drop(Connection::take(conn));
        }
    }
}

#[async_trait]
impl UnitOfWork for PgTx {
    async fn claim(&mut self, key: &IdempotencyKey) -> Result<Claim, StoreError> {
        idempotency::claim(self.conn()?, key).await
    }

    async fn remember(
        &mut self,
        key: &IdempotencyKey,
        answer: &StoredAnswer,
    ) -> Result<(), StoreError> {
        idempotency::remember(self.conn()?, key, answer).await
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        let events = std::mem::take(&mut self.events);
        let jobs = std::mem::take(&mut self.jobs);
        let deltas = std::mem::take(&mut self.deltas);
        let queued = jobs.len();
        let logged = send_commit(self.session()?, events, jobs, deltas).await?;
        // Its transaction has ended: the pool may have it back.
        drop(self.conn.take());
        self.lent.listener.committed(logged, queued);
        Ok(())
    }

    async fn rollback(mut self: Box<Self>) {
        let Some(conn) = self.conn.take() else { return };
        let mut shared: &AsyncPgConnection = &conn;
        let answer = timeout(ROLLBACK, shared.batch_execute("ROLLBACK")).await;
        if !matches!(answer, Ok(Ok(()))) {
            drop(Connection::take(conn));
        }
    }
}

/// Writes what waited for the commit, and commits, in one round trip: the word to commit travels
/// behind the statements. Where one of them fails, the server makes a rollback of it.
///
/// That holds only while every statement is sent before the word. So a session's first commit
/// prepares them beforehand, they are polled in order, and they are not held back by the
/// scheduler, which lets a task that did much give way in the middle.
async fn send_commit(
    session: &Session,
    events: Vec<EventRecord>,
    jobs: Vec<NewJob>,
    deltas: Vec<Delta>,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let conn: &AsyncPgConnection = session;
    if !session.sends_commits() {
        prepare_commit(conn).await.map_err(from_diesel)?;
        session.will_send_commits();
    }
    let commit = async {
        let mut shared = conn;
        answered(false, shared.batch_execute("COMMIT"))
            .await
            .map_err(from_diesel)
    };
    let (logged, (), (), ()) = unconstrained(async {
        try_join!(
            biased;
            append_events(conn, events),
            queue_jobs(conn, jobs),
            append_deltas(conn, deltas),
            commit
        )
    })
    .await?;
    Ok(logged)
}

/// Has a session prepare what [`send_commit`] sends, by writing nothing with it.
async fn prepare_commit(conn: &AsyncPgConnection) -> QueryResult<()> {
    try_join!(
        event_log::append_nothing(conn),
        jobs::queue_nothing(conn),
        figures::append_nothing(conn)
    )?;
    Ok(())
}
