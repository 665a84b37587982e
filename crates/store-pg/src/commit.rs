//! What waited for the commit, and the statement that writes it.
//!
//! One statement for all of it, with a part for each kind there is something of: the database
//! answers each statement by itself, and each answer wakes the server. Where nothing else belongs to
//! the transaction, the statement is the transaction.

use std::sync::OnceLock;

use analytics_domain::Delta;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use messages_domain::Message;
use shared_kernel::{EventRecord, LoggedEvent, NewJob, StoreError};
use tokio::task::coop::unconstrained;
use tokio::try_join;

use crate::error::from_diesel;
use crate::event_log::{self, NewEntries, Numbered};
use crate::messages::writing;
use crate::session::Session;
use crate::statement::{Statement, answered};
use crate::{figures, jobs};

/// What waits for the commit.
#[derive(Default)]
pub(crate) struct Waiting {
    pub(crate) messages: Vec<Message>,
    pub(crate) events: Vec<EventRecord>,
    pub(crate) jobs: Vec<NewJob>,
    pub(crate) deltas: Vec<Delta>,
}

/// Which kinds of rows a statement writes.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    messages: bool,
    events: bool,
    jobs: bool,
    deltas: bool,
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

impl Parts {
    /// How many combinations there are.
    pub(crate) const COUNT: usize = 16;

    /// Which combination this is, below [`Self::COUNT`].
    pub(crate) fn number(self) -> usize {
        usize::from(self.messages)
            | usize::from(self.events) << 1
            | usize::from(self.jobs) << 2
            | usize::from(self.deltas) << 3
    }

    fn are_none(self) -> bool {
        self.number() == 0
    }

    /// The statement without its values. Each combination is put together once.
    fn text(self) -> &'static str {
        static TEXTS: [OnceLock<String>; Parts::COUNT] = [const { OnceLock::new() }; Parts::COUNT];
        let put_together = || {
            let inserted = format!("inserted AS ({})", writing::INSERT);
            let parts = [
                (self.messages, inserted.as_str()),
                (self.events, event_log::WRITING),
                (self.jobs, jobs::QUEUEING),
                (self.deltas, figures::ADDING),
            ];
            let parts = parts.into_iter().filter(|(is_there, _)| *is_there);
            let parts: Vec<&str> = parts.map(|(_, part)| part).collect();
            let answer = if self.events {
                "SELECT stream_id, last_seq, at FROM numbered"
            } else {
                "SELECT ''::text AS stream_id, 0::bigint AS last_seq, now() AS at WHERE false"
            };
            format!("WITH {} {answer}", parts.join(", "))
        };
        TEXTS
            .get(self.number())
            .map_or("", |text| text.get_or_init(put_together))
    }

    fn statement(
        self,
        messages: &[Message],
        entries: &NewEntries,
        jobs: &[NewJob],
        deltas: &[Delta],
    ) -> Statement {
        let mut statement = Statement::new(self.text());
        if self.messages {
            statement = writing::bind(statement, messages);
        }
        if self.events {
            statement = entries.bind(statement);
        }
        if self.jobs {
            statement = jobs::bind(statement, jobs);
        }
        if self.deltas {
            statement = figures::bind(statement, deltas);
        }
        statement
    }
}

impl Waiting {
    pub(crate) fn is_nothing(&self) -> bool {
        self.parts().are_none()
    }

    fn parts(&self) -> Parts {
        Parts {
            messages: !self.messages.is_empty(),
            events: self.events.iter().any(|event| !event.audiences.is_empty()),
            jobs: !self.jobs.is_empty(),
            deltas: !self.deltas.is_empty(),
        }
    }

    /// Writes it as a transaction of its own.
    pub(crate) async fn write(
        self,
        conn: &AsyncPgConnection,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let parts = self.parts();
        let entries = NewEntries::of(self.events);
        let statement = parts.statement(&self.messages, &entries, &self.jobs, &self.deltas);
        let rows: Vec<Row> = statement.rows(conn).await.map_err(from_diesel)?;
        let numbered = rows.into_iter().map(|row| Numbered {
            stream: row.stream_id,
            last_seq: row.last_seq,
            at: row.at,
        });
        Ok(entries.logged(numbered.collect()))
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
    let nothing = parts.statement(&[], &NewEntries::default(), &[], &[]);
    nothing.rows::<Row>(conn).await.map(|_| ())
}
