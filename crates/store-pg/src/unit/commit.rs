//! What waits for the commit, and how it is written.
//!
//! One statement for all of it (`ctes.rs`): the database answers each statement by itself, and each
//! answer wakes the server. Where nothing else belongs to the transaction, the statement is the
//! transaction.

use analytics_domain::Delta;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use messages_domain::Message;
use shared_kernel::{LoggedEvent, NewJob, StoreError};
use tokio::task::coop::unconstrained;
use tokio::try_join;

use super::ctes::{Cte, CteSet};
use crate::analytics::deltas;
use crate::error::from_diesel;
use crate::jobs::enqueue;
use crate::link::session::Session;
use crate::log::entries::{NewEntries, StreamEnd};
use crate::messages::insert;
use crate::messages::named::Named;
use crate::unit::statement::{Statement, answered};

/// What waits for the commit.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Taken on trust: without them nothing is written.
    pub(crate) named: Option<Named>,
    pub(crate) messages: Vec<Message>,
    pub(crate) entries: NewEntries,
    pub(crate) jobs: Vec<NewJob>,
    pub(crate) deltas: Vec<Delta>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    stream_id: String,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

impl Waiting {
    pub(super) fn is_nothing(&self) -> bool {
        self.ctes().is_empty()
    }

    fn ctes(&self) -> CteSet {
        CteSet::of(|cte| match cte {
            Cte::NamedCheck => self.named.is_some(),
            Cte::Messages => !self.messages.is_empty(),
            Cte::Events => !self.entries.are_none(),
            Cte::Jobs => !self.jobs.is_empty(),
            Cte::Deltas => !self.deltas.is_empty(),
        })
    }

    /// The statement, with CTEs there is nothing for too.
    fn statement(&self, ctes: CteSet) -> Statement {
        let unbound = Statement::new(ctes.text());
        ctes.iter().fold(unbound, |statement, cte| match cte {
            Cte::NamedCheck => self
                .named
                .iter()
                .fold(statement, |statement, named| named.bind(statement)),
            Cte::Messages => insert::bind(statement, &self.messages),
            Cte::Events => self.entries.bind(statement),
            Cte::Jobs => enqueue::bind(statement, &self.jobs),
            Cte::Deltas => deltas::bind(statement, &self.deltas),
        })
    }

    async fn rows(&self, ctes: CteSet, conn: &AsyncPgConnection) -> QueryResult<Vec<Row>> {
        self.statement(ctes).rows(conn).await
    }

    /// Whether the statement can find out about those taken on trust: its answer are the streams.
    pub(super) fn can_find_out(&self) -> bool {
        self.ctes().has(Cte::Events)
    }

    /// Writes it as a transaction of its own, or nothing of it where those taken on trust are not
    /// there.
    pub(super) async fn write(
        self,
        conn: &AsyncPgConnection,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let ctes = self.ctes();
        let rows = self.rows(ctes, conn).await.map_err(from_diesel)?;
        if ctes.has(Cte::NamedCheck) && rows.is_empty() {
            return Err(StoreError::Collision);
        }
        let ends = rows.into_iter().map(|row| StreamEnd {
            stream: row.stream_id,
            last_seq: row.last_seq,
            at: row.at,
        });
        Ok(self.entries.logged(ends.collect()))
    }

    /// Writes it and commits the open transaction, in one round trip: `COMMIT` travels behind the
    /// statement. Where the statement fails, the server makes a rollback of it.
    ///
    /// That holds only while the statement is sent before `COMMIT`. So it is prepared beforehand,
    /// once for each session, both are polled in order, and they are not held back by the scheduler,
    /// which lets a task that did much give way in the middle.
    pub(super) async fn write_and_commit(
        self,
        session: &Session,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let conn: &AsyncPgConnection = session;
        let ctes = self.ctes();
        let commit = async {
            let mut shared = conn;
            answered(false, shared.batch_execute("COMMIT"))
                .await
                .map_err(from_diesel)
        };
        if ctes.is_empty() {
            commit.await?;
            return Ok(Vec::new());
        }
        if !session.has_prepared(ctes.number()) {
            prepare(conn, ctes).await.map_err(from_diesel)?;
            session.note_prepared(ctes.number());
        }
        let both = unconstrained(async { try_join!(biased; self.write(conn), commit) });
        let (logged, ()) = both.await?;
        Ok(logged)
    }
}

/// Has a session prepare a statement, by writing nothing with it.
async fn prepare(conn: &AsyncPgConnection, ctes: CteSet) -> QueryResult<()> {
    Waiting::default().rows(ctes, conn).await.map(|_| ())
}
