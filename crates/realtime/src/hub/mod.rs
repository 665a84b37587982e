//! Everybody connected to this process, and the way events take to them.
//!
//! Locks are short and never held while a queue is written or across an await. A connection is
//! entered once and taken out of everything by the drop of its [`Registration`], whatever ended
//! it (`registration.rs`). Presence questions are in `presence.rs`.

pub(crate) mod connection;
mod elsewhere;
pub(crate) mod outbox;
mod presence;
mod registration;
pub(crate) mod rooms;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use shared_kernel::{LoggedEvent, StreamId, UserId};
use sockets::CloseReason;
use tokio::sync::{mpsc, watch};

use self::connection::Connection;
pub use self::connection::ConnectionId;
pub use self::outbox::OutboxLimits;
pub use self::presence::HubCounts;
pub(crate) use self::registration::Registration;
use self::rooms::Members;
pub use self::rooms::RoomId;
use crate::dialect::{Dialect, LoggedFrame, Outgoing, PerDialect};
use crate::measures;

/// Who is where. Private to the hub and its presence half.
#[derive(Debug, Default)]
struct Registry {
    connections: HashMap<ConnectionId, Arc<Connection>>,
    users: Members<UserId>,
    rooms: Members<RoomId>,
    /// Who follows a stream as their own.
    streams: Members<StreamId>,
    /// Who follows somebody else's, because of what they have joined.
    overheard: Members<StreamId>,
}

impl Registry {
    /// Everybody who follows a stream, and whether it is their own.
    fn followers(&self, stream: &StreamId) -> Vec<(bool, Arc<Connection>)> {
        let own = self.streams.of(stream).map(|one| (true, one));
        let others = self.overheard.of(stream).map(|one| (false, one));
        own.chain(others)
            .map(|(is_own, one)| (is_own, Arc::clone(one)))
            .collect()
    }
}

/// How an event becomes a frame.
type Encode = fn(&dyn Dialect, &LoggedEvent) -> LoggedFrame;

/// Everybody connected to this process.
#[derive(Debug)]
pub struct Hub {
    registry: RwLock<Registry>,
    count: watch::Sender<usize>,
    /// The way to the other instances, for what nobody stores.
    elsewhere: OnceLock<mpsc::Sender<String>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            registry: RwLock::default(),
            count: watch::Sender::new(0),
            elsewhere: OnceLock::new(),
        }
    }
}

impl Hub {
    /// An empty hub.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// What is sent to rooms goes from now on to other instances too, by this way.
    pub fn connect_elsewhere(&self, way: mpsc::Sender<String>) {
        // Connecting twice changes nothing.
        let _ = self.elsewhere.set(way);
    }

    fn elsewhere(&self) -> Option<&mpsc::Sender<String>> {
        self.elsewhere.get()
    }

    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Registry> {
        self.registry
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands events to the connections that follow their streams.
    ///
    /// Neighbours with one id are one event in several streams: a connection that follows two of
    /// them gets both places at once and shows the event once.
    pub(crate) fn deliver(&self, events: &[LoggedEvent]) {
        for places in events.chunk_by(|one, next| one.event_id == next.event_id) {
            let mut batches: HashMap<ConnectionId, (Arc<Connection>, Vec<Outgoing>)> =
                HashMap::new();
            for event in places {
                let followers = self.read().followers(&event.stream);
                let (mut own, mut overheard) = (PerDialect::new(), PerDialect::new());
                for (is_own, connection) in followers {
                    let (encoded, encode): (_, Encode) = if is_own {
                        (&mut own, LoggedFrame::new)
                    } else {
                        (&mut overheard, LoggedFrame::overheard)
                    };
                    let frame = encoded.get(connection.dialect, |dialect| {
                        Arc::new(encode(dialect, event))
                    });
                    let (_, batch) = batches
                        .entry(connection.id)
                        .or_insert_with(|| (connection, Vec::new()));
                    batch.push(Outgoing::Logged(frame));
                }
            }
            if let Some(event) = places.first() {
                measures::events_out(&event.kind, batches.len());
            }
            for (connection, batch) in batches.into_values() {
                measures::not_queued(connection.outbox.try_push(batch));
            }
        }
    }

    /// Closes every connection that follows a stream, so that its client comes back and is told
    /// openly what it cannot be given.
    pub(crate) fn close_followers(&self, stream: &StreamId, reason: &CloseReason) {
        let followers = self.read().followers(stream);
        for (_, connection) in followers {
            connection.outbox.close(reason.clone());
        }
    }

    /// Every connection, known or not.
    pub(crate) fn connections(&self) -> Vec<Arc<Connection>> {
        self.read().connections.values().cloned().collect()
    }

    /// How many connections there are, known or not.
    pub fn connection_count(&self) -> usize {
        *self.count.borrow()
    }

    /// Waits until no connection is left.
    pub(crate) async fn emptied(&self) {
        // The sender lives as long as `self`, so this only ends when the count is zero.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Bytes waiting in all queues.
    pub(crate) fn queued_bytes(&self) -> usize {
        self.connections()
            .iter()
            .map(|connection| connection.outbox.bytes())
            .sum()
    }
}
