//! What waited for the commit, and the statement that writes it.
//!
//! One statement for all of it, with a part for each kind there is something of: the database
//! answers each statement by itself, and each answer wakes the server. Where nothing else belongs to
//! the transaction, the statement is the transaction.

use std::borrow::Cow;
use std::sync::OnceLock;

use analytics_domain::Delta;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use messages_domain::Message;
use shared_kernel::{LoggedEvent, NewJob, StoreError};
use tokio::task::coop::unconstrained;
use tokio::try_join;

use crate::analytics::figures;
use crate::error::from_diesel;
use crate::jobs::queue as jobs;
use crate::link::session::Session;
use crate::log::event_log::{self, NewEntries, Numbered};
use crate::messages::naming::{self, Named};
use crate::messages::writing;
use crate::unit::statement::{Parted, Statement, StatementText, answered};

/// Where a part says on what condition it is written.
const CONDITION: &str = "/*if known*/";

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

/// A part of the statement, in the order they are put together and bound in.
#[derive(Clone, Copy)]
enum Part {
    Known,
    Messages,
    Events,
    Jobs,
    Deltas,
}

/// Which parts a statement has, a bit each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts(usize);

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    stream_id: String,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Known,
        Self::Messages,
        Self::Events,
        Self::Jobs,
        Self::Deltas,
    ];

    const fn bit(self) -> usize {
        1 << self as usize
    }

    fn text(self) -> Cow<'static, str> {
        match self {
            Self::Known => naming::ALL_KNOWN.into(),
            Self::Messages => format!("inserted AS ({})", writing::INSERT).into(),
            Self::Events => event_log::WRITING.into(),
            Self::Jobs => jobs::QUEUEING.into(),
            Self::Deltas => figures::ADDING.into(),
        }
    }
}

impl Parts {
    /// How many combinations there are.
    pub(crate) const COUNT: usize = 1 << Part::ALL.len();

    /// A message to somebody connected, by far the most frequent.
    const OF_A_MESSAGE: Self =
        Self(Part::Known.bit() | Part::Messages.bit() | Part::Events.bit() | Part::Deltas.bit());

    /// Which combination this is, below [`Self::COUNT`].
    pub(crate) fn number(self) -> usize {
        self.0
    }

    fn have(self, part: Part) -> bool {
        self.0 & part.bit() != 0
    }

    fn are_none(self) -> bool {
        self.0 == 0
    }

    /// The statement, put together at most once for each combination.
    fn text(self) -> StatementText {
        static TEXTS: [OnceLock<Parted>; Parts::COUNT] = [const { OnceLock::new() }; Parts::COUNT];
        match TEXTS.get(self.number()) {
            Some(text) => text
                .get_or_init(|| Parted::new(&self.put_together()))
                .into(),
            None => self.put_together().into(),
        }
    }

    fn put_together(self) -> String {
        let parts = Part::ALL.into_iter().filter(|part| self.have(*part));
        let parts: Vec<_> = parts.map(Part::text).collect();
        let condition = if self.have(Part::Known) {
            "WHERE (SELECT all_are FROM known)"
        } else {
            ""
        };
        let answer = if self.have(Part::Events) {
            "SELECT stream_id, last_seq, at FROM numbered"
        } else {
            "SELECT ''::text AS stream_id, 0::bigint AS last_seq, now() AS at WHERE false"
        };
        let parts = parts.join(", ").replace(CONDITION, condition);
        format!("WITH {parts} {answer}")
    }
}

impl Waiting {
    pub(crate) fn is_nothing(&self) -> bool {
        self.parts().are_none()
    }

    fn parts(&self) -> Parts {
        let there = Part::ALL.into_iter().filter(|part| match part {
            Part::Known => self.named.is_some(),
            Part::Messages => !self.messages.is_empty(),
            Part::Events => !self.entries.are_none(),
            Part::Jobs => !self.jobs.is_empty(),
            Part::Deltas => !self.deltas.is_empty(),
        });
        Parts(there.map(Part::bit).sum())
    }

    /// The statement, of parts there is nothing of too.
    fn statement(&self, parts: Parts) -> Statement {
        let has = |part: &Part| parts.have(*part);
        let unbound = Statement::new(parts.text());
        Part::ALL
            .into_iter()
            .filter(has)
            .fold(unbound, |statement, part| match part {
                Part::Known => self
                    .named
                    .iter()
                    .fold(statement, |statement, named| named.bind(statement)),
                Part::Messages => writing::bind(statement, &self.messages),
                Part::Events => self.entries.bind(statement),
                Part::Jobs => jobs::bind(statement, &self.jobs),
                Part::Deltas => figures::bind(statement, &self.deltas),
            })
    }

    async fn rows(&self, parts: Parts, conn: &AsyncPgConnection) -> QueryResult<Vec<Row>> {
        let statement = self.statement(parts);
        if parts == Parts::OF_A_MESSAGE {
            statement
                .rows_of::<{ Parts::OF_A_MESSAGE.0 }, Row>(conn)
                .await
        } else {
            statement.rows(conn).await
        }
    }

    /// Whether the statement can find out about those taken on trust: its answer are the streams.
    pub(crate) fn can_find_out(&self) -> bool {
        self.parts().have(Part::Events)
    }

    /// Writes it as a transaction of its own, or nothing of it where those taken on trust are not
    /// there.
    pub(crate) async fn write(
        self,
        conn: &AsyncPgConnection,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let parts = self.parts();
        let rows = self.rows(parts, conn).await.map_err(from_diesel)?;
        if parts.have(Part::Known) && rows.is_empty() {
            return Err(StoreError::Collision);
        }
        let numbered = rows.into_iter().map(|row| Numbered {
            stream: row.stream_id,
            last_seq: row.last_seq,
            at: row.at,
        });
        Ok(self.entries.logged(numbered.collect()))
    }

    /// Writes it and commits the open transaction, in one round trip: the word to commit travels
    /// behind the statement. Where that fails, the server makes a rollback of it.
    ///
    /// That holds only while the statement is sent before the word. So it is prepared beforehand,
    /// once for each session, both are polled in order, and they are not held back by the scheduler,
    /// which lets a task that did much give way in the middle.
    pub(crate) async fn write_and_commit(
        self,
        session: &Session,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let conn: &AsyncPgConnection = session;
        let parts = self.parts();
        let commit = async {
            let mut shared = conn;
            answered(false, shared.batch_execute("COMMIT"))
                .await
                .map_err(from_diesel)
        };
        if parts.are_none() {
            commit.await?;
            return Ok(Vec::new());
        }
        if !session.sends_commits(parts) {
            prepare(conn, parts).await.map_err(from_diesel)?;
            session.will_send_commits(parts);
        }
        let both = unconstrained(async { try_join!(biased; self.write(conn), commit) });
        let (logged, ()) = both.await?;
        Ok(logged)
    }
}

/// Has a session prepare a statement, by writing nothing with it.
async fn prepare(conn: &AsyncPgConnection, parts: Parts) -> QueryResult<()> {
    Waiting::default().rows(parts, conn).await.map(|_| ())
}
