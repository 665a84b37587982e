//! The unit of work.
//!
//! Business rows are written as the use case goes. New messages, log entries, figures and jobs wait
//! until the commit and go out together (`commit.rs`), streams in the order of their names: so no two
//! transactions can lock streams crosswise, and a stream stays locked only for the last moment of a
//! transaction.
//!
//! The transaction begins with the first statement that writes or locks. `BEGIN` travels before
//! it, in the same round trip, where that writes nothing ([`PgTx::begin_and_ask`]): a write behind a
//! `BEGIN` that was refused would stand by itself. Where nothing is written before the commit, there
//! is no `BEGIN` at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use analytics_domain::Delta;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use messages_domain::Known;
use shared_kernel::{
    Claim, Consequences, IdempotencyKey, LoggedEvent, StoreError, StoredAnswer, UnitOfWork,
};
use tokio::task::coop::unconstrained;
use tokio::time::timeout;
use tokio::try_join;

use super::commit::Waiting;
use super::idempotency;
use super::lent::Lent;
use super::statement::Statement;
use crate::error::from_diesel;
use crate::link::pool;
use crate::link::session::{Connection, Session};
use crate::messages::named::{self, Named};

/// How long a `ROLLBACK` may go without an answer. Closing the connection says the same,
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
    /// A unit of work on a connection nobody else has.
    pub(super) fn new(conn: Connection, lent: Arc<Lent>) -> Self {
        Self {
            conn: Some(conn),
            has_begun: false,
            trusts: false,
            lent,
            waiting: Waiting::default(),
        }
    }

    /// Lets it take on trust what the commit can find out.
    pub(super) fn trusting(mut self) -> Self {
        self.trusts = true;
        self
    }

    /// The connection, with the transaction open.
    pub(crate) async fn begun(&mut self) -> Result<&AsyncPgConnection, StoreError> {
        if !self.has_begun {
            self.check_named().await?;
            // Also when no answer comes: the `BEGIN` may have arrived.
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
        self.check_named().await?;
        let has_begun = std::mem::replace(&mut self.has_begun, true);
        let conn: &AsyncPgConnection = self.session()?;
        let asked = async { asking.row(conn).await.map_err(from_diesel) };
        if has_begun {
            return asked.await;
        }
        // In this order whatever the task has done before: a lock taken before `BEGIN` would not last.
        let both = unconstrained(async { try_join!(biased; begin(conn), asked) });
        let ((), row) = both.await?;
        Ok(row)
    }

    /// Keeps for the commit what a change adds to the figures. `deltas` is handed the shop's calendar:
    /// to which day an instant belongs.
    pub(crate) fn count<D>(&mut self, deltas: impl FnOnce(&dyn Fn(DateTime<Utc>) -> NaiveDate) -> D)
    where
        D: IntoIterator<Item = Delta>,
    {
        let lent = &self.lent;
        let deltas = deltas(&|at| lent.day_of(at));
        self.waiting.deltas.extend(deltas);
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
    async fn check_named(&mut self) -> Result<(), StoreError> {
        let Some(named) = self.waiting.named.take() else {
            return Ok(());
        };
        if named::find(self.session()?, &named).await? == Known::ALL {
            Ok(())
        } else {
            self.give_back();
            Err(StoreError::Collision)
        }
    }

    /// Writes what waited, with or as the transaction, and commits it.
    async fn commit_waiting(&mut self, waiting: Waiting) -> Result<Vec<LoggedEvent>, StoreError> {
        let logged = if self.has_begun {
            waiting.write_and_commit(self.session()?).await?
        } else if waiting.is_nothing() {
            return Ok(Vec::new());
        } else {
            let written = waiting.write(self.session()?).await;
            if matches!(written, Err(StoreError::Collision)) {
                self.give_back();
            }
            written?
        };
        if let Some(conn) = &mut self.conn {
            conn.answered = Some(Instant::now());
        }
        Ok(logged)
    }

    /// Nothing is open: the pool may have the connection back.
    fn give_back(&mut self) {
        drop(self.conn.take());
    }

    /// The connection, whether a transaction is open or not: for questions whose answers need not stay
    /// true.
    pub(crate) fn connection(&self) -> Result<&AsyncPgConnection, StoreError> {
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
            self.check_named().await?;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let queued = waiting.jobs.len();
        let logged = self.commit_waiting(waiting).await?;
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
