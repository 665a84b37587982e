//! A session with the database, and how pools make and take back sessions.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use deadpool::managed::{self, Manager, Metrics, RecycleError, RecycleResult};
use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use diesel_async::SimpleAsyncConnection as _;
use diesel_async::pooled_connection::PoolableConnection as _;

use tokio_util::task::AbortOnDropHandle;

use crate::link::connect::{Driven, open_here};
use crate::link::near::Home;
use crate::unit::commit::Parts;

pub(crate) type Pool = managed::Pool<Sessions>;
/// A session lent by a pool, which gets it back when this is dropped.
pub(crate) type Connection = managed::Object<Sessions>;

/// A connection, and what is known of it.
pub(crate) struct Session {
    conn: AsyncPgConnection,
    /// Which of the statements a commit sends along were prepared here, a bit each; see `commit.rs`.
    sends_commits: AtomicU32,
    /// Whether the thread it is for drives it.
    is_at_home: bool,
    /// When it answered, as far as that was noted.
    pub(crate) answered: Option<Instant>,
    /// Ends the connection with the session.
    _driver: AbortOnDropHandle<()>,
}

impl Session {
    pub(crate) fn sends_commits(&self, parts: Parts) -> bool {
        self.sends_commits.load(Ordering::Relaxed) & bit(parts) != 0
    }

    pub(crate) fn will_send_commits(&self, parts: Parts) {
        self.sends_commits.fetch_or(bit(parts), Ordering::Relaxed);
    }
}

impl Deref for Session {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.conn
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.conn
    }
}

const _: () = assert!(
    Parts::COUNT <= u32::BITS as usize,
    "a bit for each combination"
);

fn bit(parts: Parts) -> u32 {
    1 << parts.number()
}

/// Makes sessions of one kind.
pub(crate) struct Sessions {
    pub(crate) url: String,
    /// The settings each begins with, as SQL.
    pub(crate) settings: String,
    /// The thread they are for.
    pub(crate) home: Home,
}

impl Manager for Sessions {
    type Type = Session;
    type Error = ConnectionError;

    async fn create(&self) -> Result<Session, ConnectionError> {
        let opening = || opened(self.url.clone(), self.settings.clone());
        let mut at_home = None;
        if let Some(thread) = self.home.handle() {
            at_home = AbortOnDropHandle::new(thread.spawn(opening())).await.ok();
            if at_home.is_none() {
                self.home.is_gone();
            }
        }
        let is_at_home = at_home.is_some();
        let (conn, driver) = match at_home {
            Some(opened) => opened?,
            None => opening().await?,
        };
        Ok(Session {
            conn,
            sends_commits: AtomicU32::new(0),
            is_at_home,
            answered: None,
            _driver: driver,
        })
    }

    /// Whether it still answers is found out by who gets it next.
    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<ConnectionError> {
        if std::thread::panicking() || session.conn.is_broken() {
            return Err(RecycleError::Message(
                "in a transaction nobody ended".into(),
            ));
        }
        if !session.is_at_home && self.home.handle().is_some() {
            return Err(RecycleError::Message("another thread drives it".into()));
        }
        Ok(())
    }
}

/// The new connection is driven by the thread this runs on.
async fn opened(url: String, settings: String) -> Result<Driven, ConnectionError> {
    let (mut conn, driver) = open_here(&url).await?;
    conn.batch_execute(&settings)
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok((conn, driver))
}
