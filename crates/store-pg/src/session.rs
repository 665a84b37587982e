//! A session with the database, and how pools make and take back sessions.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use deadpool::managed::{self, Manager, Metrics, RecycleError, RecycleResult};
use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use diesel_async::SimpleAsyncConnection as _;
use diesel_async::pooled_connection::PoolableConnection as _;

use crate::pool::open;

pub(crate) type Pool = managed::Pool<Sessions>;
/// A session lent by a pool, which gets it back when this is dropped.
pub(crate) type Connection = managed::Object<Sessions>;

/// A connection, and what is known of it.
pub(crate) struct Session {
    conn: AsyncPgConnection,
    /// Every statement a commit sends along was prepared here; see `tx.rs`.
    sends_commits: AtomicBool,
    /// When it answered, as far as that was noted.
    pub(crate) answered: Option<Instant>,
}

impl Session {
    pub(crate) fn sends_commits(&self) -> bool {
        self.sends_commits.load(Ordering::Relaxed)
    }

    pub(crate) fn will_send_commits(&self) {
        self.sends_commits.store(true, Ordering::Relaxed);
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

/// Makes sessions of one kind.
pub(crate) struct Sessions {
    pub(crate) url: String,
    /// The settings each begins with, as SQL.
    pub(crate) settings: String,
}

impl Manager for Sessions {
    type Type = Session;
    type Error = ConnectionError;

    async fn create(&self) -> Result<Session, ConnectionError> {
        let mut conn = open(&self.url).await?;
        conn.batch_execute(&self.settings)
            .await
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Session {
            conn,
            sends_commits: AtomicBool::new(false),
            answered: None,
        })
    }

    /// Whether it still answers is found out by who gets it next.
    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<ConnectionError> {
        if std::thread::panicking() || session.conn.is_broken() {
            return Err(RecycleError::Message(
                "in a transaction nobody ended".into(),
            ));
        }
        Ok(())
    }
}
