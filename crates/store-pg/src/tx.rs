//! The unit of work.
//!
//! Business rows are written as the use case goes. New messages, log entries, figures and jobs wait
//! until the commit and go out together, streams in the order of their names: so no two
//! transactions can lock streams crosswise, and a stream stays locked only for the last moment of a
//! transaction.
//!
//! The transaction begins with the first statement. The word to begin travels before it where that
//! writes nothing ([`PgTx::begin_and_ask`]): a write behind a word that was refused would stand by
//! itself.

use std::sync::Arc;
use std::time::Duration;

use analytics_domain::Delta;
use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::{QueryResult, QueryableByName};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use messages_domain::Message;
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
use crate::statement::{Statement, answered};
use crate::store::{Lent, PgStore};
use crate::{event_log, figures, idempotency, jobs, messages, pool};

/// How long the word to roll back may go without an answer. Closing the connection says the same,
/// and a request whose database fell silent has waited long enough.
const ROLLBACK: Duration = Duration::from_secs(1);

/// An open transaction: every domain's unit of work at once.
pub struct PgTx {
    /// `None` only once the transaction has ended.
    conn: Option<Connection>,
    has_begun: bool,
    pub(crate) lent: Arc<Lent>,
    /// Not inserted yet.
    pub(crate) messages: Vec<Message>,
    pub(crate) events: Vec<EventRecord>,
    pub(crate) jobs: Vec<NewJob>,
    pub(crate) deltas: Vec<Delta>,
}

impl PgTx {
    pub(crate) async fn begin(store: &PgStore) -> Result<Self, StoreError> {
        Ok(Self {
            conn: Some(store.unit_connection().await?),
            has_begun: false,
            lent: Arc::clone(&store.lent),
            messages: Vec::new(),
            events: Vec::new(),
            jobs: Vec::new(),
            deltas: Vec::new(),
        })
    }

    /// The connection, with the transaction open.
    pub(crate) async fn begun(&mut self) -> Result<&AsyncPgConnection, StoreError> {
        if !self.has_begun {
            // Also when no answer comes: the word may have arrived.
            self.has_begun = true;
            begin(self.session()?).await?;
        }
        Ok(self.session()?)
    }

    /// Asks for a row, of a transaction that begins with it in the same round trip. The statement may
    /// lock, but not write.
    pub(crate) async fn begin_and_ask<T>(
        &mut self,
        asking: Statement,
    ) -> Result<Option<T>, StoreError>
    where
        T: QueryableByName<Pg> + Send + 'static,
    {
        let has_begun = std::mem::replace(&mut self.has_begun, true);
        let conn: &AsyncPgConnection = self.session()?;
        let asked = async { asking.row(conn).await.map_err(from_diesel) };
        if has_begun {
            return asked.await;
        }
        // In this order whatever the task has done before: a lock taken before the word would not last.
        let both = unconstrained(async { try_join!(biased; begin(conn), asked) });
        let ((), row) = both.await?;
        Ok(row)
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
        idempotency::claim(self.begun().await?, key).await
    }

    async fn remember(
        &mut self,
        key: &IdempotencyKey,
        answer: &StoredAnswer,
    ) -> Result<(), StoreError> {
        idempotency::remember(self.begun().await?, key, answer).await
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        let waiting = Waiting {
            messages: std::mem::take(&mut self.messages),
            events: std::mem::take(&mut self.events),
            jobs: std::mem::take(&mut self.jobs),
            deltas: std::mem::take(&mut self.deltas),
        };
        let queued = waiting.jobs.len();
        let mut logged = Vec::new();
        if self.has_begun || !waiting.is_nothing() {
            self.begun().await?;
            logged = send_commit(self.session()?, waiting).await?;
            if let Some(conn) = &mut self.conn {
                conn.answered = Some(std::time::Instant::now());
            }
        }
        // Its transaction has ended: the pool may have it back.
        drop(self.conn.take());
        self.lent.listener.committed(logged, queued);
        Ok(())
    }

    async fn rollback(mut self: Box<Self>) {
        let Some(conn) = self.conn.take() else { return };
        if !self.has_begun {
            return;
        }
        let mut shared: &AsyncPgConnection = &conn;
        let answer = timeout(ROLLBACK, shared.batch_execute("ROLLBACK")).await;
        if !matches!(answer, Ok(Ok(()))) {
            drop(Connection::take(conn));
        }
    }
}

/// What waited for the commit.
struct Waiting {
    messages: Vec<Message>,
    events: Vec<EventRecord>,
    jobs: Vec<NewJob>,
    deltas: Vec<Delta>,
}

impl Waiting {
    fn is_nothing(&self) -> bool {
        self.messages.is_empty()
            && self.events.is_empty()
            && self.jobs.is_empty()
            && self.deltas.is_empty()
    }
}

/// Writes what waited for the commit, and commits, in one round trip: the word to commit travels
/// behind the statements. Where one of them fails, the server makes a rollback of it.
///
/// That holds only while every statement is sent before the word. So a session's first commit
/// prepares them beforehand, they are polled in order, and they are not held back by the
/// scheduler, which lets a task that did much give way in the middle.
async fn send_commit(session: &Session, waiting: Waiting) -> Result<Vec<LoggedEvent>, StoreError> {
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
    let ((), logged, (), (), ()) = unconstrained(async {
        try_join!(
            biased;
            messages::insert(conn, waiting.messages),
            append_events(conn, waiting.events),
            queue_jobs(conn, waiting.jobs),
            append_deltas(conn, waiting.deltas),
            commit
        )
    })
    .await?;
    Ok(logged)
}

async fn begin(mut conn: &AsyncPgConnection) -> Result<(), StoreError> {
    pool::answers_soon(conn.batch_execute("BEGIN")).await
}

/// Has a session prepare what [`send_commit`] sends, by writing nothing with it.
async fn prepare_commit(conn: &AsyncPgConnection) -> QueryResult<()> {
    try_join!(
        messages::insert_nothing(conn),
        event_log::append_nothing(conn),
        jobs::queue_nothing(conn),
        figures::append_nothing(conn)
    )?;
    Ok(())
}
