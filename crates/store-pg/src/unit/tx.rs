//! The unit of work.
//!
//! Business rows are written as the use case goes. New messages, log entries, figures and jobs wait
//! until the commit and go out together (`commit.rs`), streams in the order of their names: so no two
//! transactions can lock streams crosswise, and a stream stays locked only for the last moment of a
//! transaction.
//!
//! The transaction begins with the first statement that writes or locks. The word to begin travels
//! before it where that writes nothing ([`PgTx::begin_and_ask`]): a write behind a word that was
//! refused would stand by itself. Where nothing is written before the commit, there is no word at all.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use messages_domain::Known;
use shared_kernel::{Claim, Consequences, IdempotencyKey, StoreError, StoredAnswer, UnitOfWork};
use tokio::task::coop::unconstrained;
use tokio::time::timeout;
use tokio::try_join;

use crate::error::from_diesel;
use crate::link::pool;
use crate::link::session::{Connection, Session};
use crate::messages::naming::Named;
use crate::unit::commit::Waiting;
use crate::unit::idempotency;
use crate::unit::statement::Statement;
use crate::unit::store::{Lent, PgStore};

/// How long the word to roll back may go without an answer. Closing the connection says the same,
/// and a request whose database fell silent has waited long enough.
const ROLLBACK: Duration = Duration::from_secs(1);

/// An open transaction: every domain's unit of work at once.
pub struct PgTx {
    /// `None` only once the transaction has ended.
    conn: Option<Connection>,
    has_begun: bool,
    /// Whether the commit may find out what could be asked before.
    trusts: bool,
    pub(crate) lent: Arc<Lent>,
    /// Not written yet.
    pub(crate) waiting: Waiting,
}

impl PgTx {
    pub(crate) async fn begin(store: &PgStore, trusts: bool) -> Result<Self, StoreError> {
        Ok(Self {
            conn: Some(store.unit_connection().await?),
            has_begun: false,
            trusts,
            lent: Arc::clone(&store.lent),
            waiting: Waiting::default(),
        })
    }

    /// The connection, with the transaction open.
    pub(crate) async fn begun(&mut self) -> Result<&AsyncPgConnection, StoreError> {
        if !self.has_begun {
            self.settle().await?;
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
        self.settle().await?;
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

    /// Takes those somebody names on trust, where the commit can find out.
    pub(crate) fn trust(&mut self, named: &Named) -> bool {
        let can = self.trusts && !self.has_begun && self.waiting.named.is_none();
        if can {
            self.waiting.named = Some(named.clone());
        }
        can
    }

    /// Asks after all about those taken on trust: the commit cannot any more.
    async fn settle(&mut self) -> Result<(), StoreError> {
        let Some(named) = self.waiting.named.take() else {
            return Ok(());
        };
        if self.ask_known(&named).await? == Known::ALL {
            Ok(())
        } else {
            self.give_back();
            Err(StoreError::Collision)
        }
    }

    /// Nothing is open: the pool may have the connection back.
    fn give_back(&mut self) {
        drop(self.conn.take());
    }

    /// Asks for a row outside any transaction, unless one has begun: for questions whose answers need
    /// not stay true.
    pub(crate) async fn ask<T>(&mut self, asking: Statement) -> Result<Option<T>, StoreError>
    where
        T: QueryableByName<Pg> + Send + 'static,
    {
        asking.row(self.session()?).await.map_err(from_diesel)
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
    fn write(&mut self, consequences: Consequences) {
        for record in consequences.records {
            self.waiting.entries.add(record, self.lent.ids.event_id());
        }
        self.waiting.jobs.extend(consequences.jobs);
    }

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
        if !self.waiting.can_find_out() {
            self.settle().await?;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let queued = waiting.jobs.len();
        let mut logged = Vec::new();
        if self.has_begun || !waiting.is_nothing() {
            logged = if self.has_begun {
                waiting.write_and_commit(self.session()?).await?
            } else {
                let written = waiting.write(self.session()?).await;
                if matches!(written, Err(StoreError::Collision)) {
                    self.give_back();
                }
                written?
            };
            if let Some(conn) = &mut self.conn {
                conn.answered = Some(std::time::Instant::now());
            }
        }
        self.give_back();
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

async fn begin(mut conn: &AsyncPgConnection) -> Result<(), StoreError> {
    pool::answers_soon(conn.batch_execute("BEGIN")).await
}
