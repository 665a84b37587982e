//! Rooms, and who is in them.
//!
//! A room is what an event nobody stores is addressed to. Room ids are only made by the
//! constructors below, so no text of a client can name another kind of room.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use shared_kernel::UserId;

use super::connection::{Connection, ConnectionId};

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoomId {
    /// Every connection of one user.
    User(UserId),
    /// Those looking at one ticket or conversation, by its id.
    Conversation(String),
    /// Every connection of the support team.
    Staff,
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user-{id}"),
            Self::Conversation(id) => write!(f, "conversation-{id}"),
            Self::Staff => f.write_str("staff"),
        }
    }
}

/// Connections by room, stream or user; a key without connections is not kept.
#[derive(Debug)]
pub(crate) struct Members<K> {
    by_key: HashMap<K, HashMap<ConnectionId, Arc<Connection>>>,
}

impl<K> Default for Members<K> {
    fn default() -> Self {
        Self {
            by_key: HashMap::new(),
        }
    }
}

impl<K: Eq + Hash> Members<K> {
    /// Puts a connection under a key.
    pub(crate) fn add(&mut self, key: K, connection: &Arc<Connection>) {
        self.by_key
            .entry(key)
            .or_default()
            .insert(connection.id, Arc::clone(connection));
    }

    /// Takes a connection away from a key.
    pub(crate) fn remove(&mut self, key: &K, id: ConnectionId) {
        if let Some(members) = self.by_key.get_mut(key) {
            members.remove(&id);
            if members.is_empty() {
                self.by_key.remove(key);
            }
        }
    }

    /// The connections under a key.
    pub(crate) fn of(&self, key: &K) -> impl Iterator<Item = &Arc<Connection>> {
        self.by_key.get(key).into_iter().flat_map(HashMap::values)
    }

    /// How many there are under a key.
    pub(crate) fn count(&self, key: &K) -> usize {
        self.by_key.get(key).map_or(0, HashMap::len)
    }

    /// Every key that has a connection.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.by_key.keys()
    }

    /// How many keys there are.
    pub(crate) fn key_count(&self) -> usize {
        self.by_key.len()
    }
}
