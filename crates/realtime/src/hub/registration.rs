//! A connection's place in the hub: entered once, and taken out of everything by its end.

use std::sync::Arc;

use shared_kernel::{StreamId, UserId};

use super::Hub;
use super::connection::Connection;
use super::rooms::RoomId;
use crate::measures;

/// Rooms one connection may be in.
const MAX_ROOMS: usize = 128;

impl Hub {
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
            overheard: Vec::new(),
        }
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
    overheard: Vec<StreamId>,
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

    /// Follows somebody else's stream; following twice is following once.
    pub(crate) fn overhear(&mut self, stream: &StreamId) {
        if !self.overheard.contains(stream) {
            let mut registry = self.hub.write();
            registry.overheard.add(stream.clone(), &self.connection);
            drop(registry);
            self.overheard.push(stream.clone());
        }
    }

    /// Follows it no more.
    pub(crate) fn stop_overhearing(&mut self, stream: &StreamId) {
        let mut registry = self.hub.write();
        registry.overheard.remove(stream, self.connection.id);
        drop(registry);
        self.overheard.retain(|kept| kept != stream);
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
        for stream in self.overheard.drain(..) {
            registry.overheard.remove(&stream, id);
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
