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
use crate::link::pool_thread::PoolThread;

pub(crate) type Pool = managed::Pool<Sessions>;
/// A session checked out of a pool, which gets it back when this is dropped.
pub(crate) type Connection = managed::Object<Sessions>;

/// A connection, and what is known of it.
pub(crate) struct Session {
    conn: AsyncPgConnection,
    /// Which numbered statements were prepared here, a bit each.
    prepared: AtomicU32,
    /// Whether its pool's thread drives it.
    is_on_pool_thread: bool,
    /// When it answered, as far as that was noted.
    pub(crate) answered: Option<Instant>,
    /// Ends the connection with the session.
    _driver: AbortOnDropHandle<()>,
}

impl Session {
    /// Statements whose preparation a session can remember: numbers below this. Which statement has
    /// which number is its sender's to say.
    pub(crate) const NUMBERS: usize = u32::BITS as usize;

    /// Whether the statement of this number was prepared here.
    pub(crate) fn has_prepared(&self, number: usize) -> bool {
        self.prepared.load(Ordering::Relaxed) & bit(number) != 0
    }

    /// The statement of this number has been prepared here.
    pub(crate) fn note_prepared(&self, number: usize) {
        self.prepared.fetch_or(bit(number), Ordering::Relaxed);
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

fn bit(number: usize) -> u32 {
    1 << number
}

/// Makes sessions of one kind.
pub(crate) struct Sessions {
    pub(crate) url: String,
    /// The settings each begins with, as SQL.
    pub(crate) settings: String,
    /// The thread that is to drive them.
    pub(crate) thread: PoolThread,
}

impl Manager for Sessions {
    type Type = Session;
    type Error = ConnectionError;

    async fn create(&self) -> Result<Session, ConnectionError> {
        let opening = || opened(self.url.clone(), self.settings.clone());
        let mut on_pool_thread = None;
        if let Some(thread) = self.thread.handle() {
            on_pool_thread = AbortOnDropHandle::new(thread.spawn(opening())).await.ok();
            if on_pool_thread.is_none() {
                self.thread.clear();
            }
        }
        let is_on_pool_thread = on_pool_thread.is_some();
        let (conn, driver) = match on_pool_thread {
            Some(opened) => opened?,
            None => opening().await?,
        };
        Ok(Session {
            conn,
            prepared: AtomicU32::new(0),
            is_on_pool_thread,
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
        if !session.is_on_pool_thread && self.thread.handle().is_some() {
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
