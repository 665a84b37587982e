//! Everybody connected to this process, and the way events take to them.
//!
//! Locks are short and never held while a queue is written or across an await. A connection is
//! entered once and taken out of everything by the drop of its [`Registration`], whatever ended
//! it. Presence questions are in `presence.rs`.

pub(crate) mod connection;
mod elsewhere;
pub(crate) mod outbox;
mod presence;
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
use self::rooms::Members;
pub use self::rooms::RoomId;
use crate::dialect::{LoggedFrame, Outgoing, PerDialect};
use crate::measures;

/// Rooms one connection may be in.
const MAX_ROOMS: usize = 128;

/// Who is where. Private to the hub and its presence half.
#[derive(Debug, Default)]
struct Registry {
    connections: HashMap<ConnectionId, Arc<Connection>>,
    users: Members<UserId>,
    rooms: Members<RoomId>,
    streams: Members<StreamId>,
}

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

    /// Enters a connection nobody has proved to own yet.
    pub(crate) fn enter(self: &Arc<Self>, connection: Connection) -> Registration {
        let connection = Arc::new(connection);
        measures::connections(connection.dialect.name(), 1.0);
        self.write()
            .connections
            .insert(connection.id, Arc::clone(&connection));
        self.count.send_modify(|count| *count += 1);
        Registration {
            hub: Arc::clone(self),
            connection,
            user: None,
            rooms: Vec::new(),
            streams: Vec::new(),
        }
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
                let followers: Vec<_> = self.read().streams.of(&event.stream).cloned().collect();
                let mut encoded = PerDialect::new();
                for connection in followers {
                    let frame = encoded.get(connection.dialect, |dialect| {
                        Arc::new(LoggedFrame::new(dialect, event))
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
        let followers: Vec<_> = self.read().streams.of(stream).cloned().collect();
        for connection in followers {
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

/// Why a connection was not let in further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAdmitted {
    /// The user has as many connections as allowed.
    #[error("this user has too many connections")]
    TooManyConnections,
    /// The connection is in as many rooms as allowed.
    #[error("this connection is in too many rooms")]
    TooManyRooms,
}

/// A connection's place in the hub; dropping it takes the connection out of everything.
#[derive(Debug)]
pub(crate) struct Registration {
    hub: Arc<Hub>,
    connection: Arc<Connection>,
    user: Option<UserId>,
    rooms: Vec<RoomId>,
    streams: Vec<StreamId>,
}

impl Registration {
    /// The connection.
    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Says whose connection this is and what it follows. From now on events wait in its queue.
    ///
    /// # Errors
    /// [`NotAdmitted::TooManyConnections`] when the user already has `most`.
    pub(crate) fn identify(
        &mut self,
        user: UserId,
        streams: Vec<StreamId>,
        rooms: Vec<RoomId>,
        most: usize,
    ) -> Result<(), NotAdmitted> {
        let mut registry = self.hub.write();
        if registry.users.count(&user) >= most {
            return Err(NotAdmitted::TooManyConnections);
        }
        registry.users.add(user.clone(), &self.connection);
        for stream in &streams {
            registry.streams.add(stream.clone(), &self.connection);
        }
        for room in &rooms {
            registry.rooms.add(room.clone(), &self.connection);
        }
        drop(registry);
        (self.user, self.streams, self.rooms) = (Some(user), streams, rooms);
        Ok(())
    }

    /// Enters a room; entering twice is entering once. The right to be there is the caller's to check.
    ///
    /// # Errors
    /// [`NotAdmitted::TooManyRooms`].
    pub(crate) fn join(&mut self, room: RoomId) -> Result<(), NotAdmitted> {
        if self.rooms.contains(&room) {
            return Ok(());
        }
        if self.rooms.len() >= MAX_ROOMS {
            return Err(NotAdmitted::TooManyRooms);
        }
        self.hub.write().rooms.add(room.clone(), &self.connection);
        self.rooms.push(room);
        Ok(())
    }

    /// Leaves a room.
    pub(crate) fn leave(&mut self, room: &RoomId) {
        self.hub.write().rooms.remove(room, self.connection.id);
        self.rooms.retain(|kept| kept != room);
    }

    /// Stops being anybody's connection; it still counts as one until it is dropped.
    pub(crate) fn forget_user(&mut self) {
        let id = self.connection.id;
        let mut registry = self.hub.write();
        if let Some(user) = self.user.take() {
            registry.users.remove(&user, id);
        }
        for stream in self.streams.drain(..) {
            registry.streams.remove(&stream, id);
        }
        for room in self.rooms.drain(..) {
            registry.rooms.remove(&room, id);
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.forget_user();
        self.hub.write().connections.remove(&self.connection.id);
        self.hub
            .count
            .send_modify(|count| *count = count.saturating_sub(1));
        measures::connections(self.connection.dialect.name(), -1.0);
    }
}
