//! What differs between the protocols clients speak: how an event becomes a frame.
//!
//! A frame that went through the log ends with the cursor of the socket it goes to, so it is made
//! in two steps: the [`LoggedFrame`] with all that is the same for everybody, shared; and the few
//! bytes after it, added when the socket's own task sends it. Copies never wait in a queue.

use std::borrow::Cow;
use std::sync::Arc;

use bytestring::ByteString;
use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::{Map, Value};
use shared_kernel::{LoggedEvent, Room, StreamId, UserId};
use uuid::Uuid;

/// An event nobody stores: typing, presence, confirmations.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerEvent {
    /// The name clients listen to.
    pub name: Cow<'static, str>,
    /// Its payload.
    pub data: Value,
}

/// A protocol clients speak.
pub(crate) trait Dialect: Send + Sync {
    /// Its name, as a metric label.
    fn name(&self) -> &'static str;

    /// The whole frame of an event nobody stores.
    fn event(&self, name: &str, data: &Value) -> ByteString;

    /// The part of a logged event's frame that is the same for every socket.
    fn head(&self, kind: &str, payload: &Value) -> ByteString;

    /// The frame: that part and the cursor of one socket.
    fn complete(&self, head: &str, cursor: &str) -> ByteString;
}

/// A payload that also says its kind, as older front ends switch on `type`.
struct Typed<'a> {
    kind: &'a str,
    payload: &'a Map<String, Value>,
}

impl Serialize for Typed<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.payload {
            map.serialize_entry(name, value)?;
        }
        if !self.payload.contains_key("type") {
            map.serialize_entry("type", self.kind)?;
        }
        map.end()
    }
}

/// Writes JSON that cannot fail: maps have text keys and nothing here does I/O.
pub(crate) fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// A logged event's payload, saying its kind.
pub(crate) fn typed_payload(kind: &str, payload: &Value) -> String {
    match payload {
        Value::Object(payload) => json_text(&Typed { kind, payload }),
        other => json_text(other),
    }
}

/// Which of a stream's followers are shown an event. For the others it only moves their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    ToAll,
    /// Those who have joined the conversation and do not hear it in a stream of their own.
    InConversation {
        conversation: String,
        told: Vec<UserId>,
    },
    ToNobody,
}

impl Shown {
    fn in_room(room: &Room) -> Self {
        Self::InConversation {
            conversation: room.conversation.clone(),
            told: room.told.clone(),
        }
    }
}

/// A logged event, encoded for one dialect and shared by its sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoggedFrame {
    /// The stream it stands in.
    pub(crate) stream: StreamId,
    /// Its number there.
    pub(crate) seq: u64,
    /// The same in every stream the event stands in.
    pub(crate) event_id: Uuid,
    /// See [`Dialect::head`].
    pub(crate) head: ByteString,
    /// To whom.
    pub(crate) shown: Shown,
}

impl LoggedFrame {
    /// Encodes an event for those whose stream it stands in.
    pub(crate) fn new(dialect: &dyn Dialect, event: &LoggedEvent) -> Self {
        let shown = match &event.room {
            Some(room) if room.only => Shown::in_room(room),
            _ => Shown::ToAll,
        };
        let head = dialect.head(&event.kind, &event.payload);
        Self::of(event, shown, head)
    }

    /// Encodes it for those who follow somebody else's stream, because of what they have joined.
    pub(crate) fn overheard(dialect: &dyn Dialect, event: &LoggedEvent) -> Self {
        let Some(room) = &event.room else {
            return Self::of(event, Shown::ToNobody, ByteString::new());
        };
        let kind = room.kind.as_ref().unwrap_or(&event.kind);
        let head = match &event.payload {
            Value::Object(payload) if !room.with.is_empty() => {
                let mut payload = payload.clone();
                payload.extend(room.with.clone());
                dialect.head(kind, &Value::Object(payload))
            }
            payload => dialect.head(kind, payload),
        };
        Self::of(event, Shown::in_room(room), head)
    }

    fn of(event: &LoggedEvent, shown: Shown, head: ByteString) -> Self {
        Self {
            stream: event.stream.clone(),
            seq: event.seq,
            event_id: event.event_id,
            head,
            shown,
        }
    }
}

/// Something encoded at most once per dialect.
pub(crate) struct PerDialect<T> {
    made: Vec<(&'static str, T)>,
}

impl<T: Clone> PerDialect<T> {
    /// Nothing encoded yet.
    pub(crate) fn new() -> Self {
        Self {
            made: Vec::with_capacity(2),
        }
    }

    /// What was made for this dialect, made now if it was not.
    pub(crate) fn get(
        &mut self,
        dialect: &dyn Dialect,
        encode: impl FnOnce(&dyn Dialect) -> T,
    ) -> T {
        if let Some((_, made)) = self.made.iter().find(|(name, _)| *name == dialect.name()) {
            return made.clone();
        }
        let made = encode(dialect);
        self.made.push((dialect.name(), made.clone()));
        made
    }
}

impl<T: Clone> Default for PerDialect<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What waits in a connection's queue.
#[derive(Debug, Clone)]
pub(crate) enum Outgoing {
    /// An event of the log; its cursor is added when it is sent.
    Logged(Arc<LoggedFrame>),
    /// A whole frame that may be dropped when the peer is slow.
    Ephemeral(ByteString),
}

impl Outgoing {
    /// Bytes it stands for, the cursor and framing estimated.
    pub(crate) fn size(&self) -> usize {
        const CURSOR_AND_FRAMING: usize = 80;
        match self {
            Self::Logged(frame) => frame.head.len() + CURSOR_AND_FRAMING,
            Self::Ephemeral(frame) => frame.len(),
        }
    }

    /// The event's id, when it has one.
    pub(crate) fn event_id(&self) -> Option<Uuid> {
        match self {
            Self::Logged(frame) => Some(frame.event_id),
            Self::Ephemeral(_) => None,
        }
    }
}
