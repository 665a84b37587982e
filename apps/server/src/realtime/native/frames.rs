//! The wire format: `{"event", "data", "cursor"?}` from us, `{"event", "data", "id"?}` from clients.

use bytestring::ByteString;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::realtime::dialect::Dialect;

/// The longest `id` a client may give a frame, in bytes.
const MAX_ID_BYTES: usize = 64;

/// The native dialect.
#[derive(Debug, Clone, Copy)]
pub struct Native;

/// The one there is.
pub static NATIVE: Native = Native;

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
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

fn without_end(name: &str, data: &str) -> String {
    format!(r#"{{"event":{},"data":{data}"#, text(&name))
}

impl Dialect for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn event(&self, name: &str, data: &Value) -> ByteString {
        let mut frame = without_end(name, &text(data));
        frame.push('}');
        frame.into()
    }

    fn head(&self, kind: &str, payload: &Value) -> ByteString {
        let data = match payload {
            Value::Object(payload) => text(&Typed { kind, payload }),
            other => text(other),
        };
        without_end(kind, &data).into()
    }

    fn complete(&self, head: &str, cursor: &str) -> ByteString {
        // A cursor is base64url: nothing in it needs escaping.
        let mut frame = String::with_capacity(head.len() + cursor.len() + 13);
        for part in [head, r#","cursor":""#, cursor, r#""}"#] {
            frame.push_str(part);
        }
        frame.into()
    }
}

/// What a client sent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct ClientFrame {
    /// What it asks.
    pub(super) event: String,
    /// With what.
    #[serde(default)]
    pub(super) data: Value,
    /// Set when it wants an answer: a number or a short text.
    #[serde(default)]
    pub(super) id: Option<Value>,
}

impl ClientFrame {
    /// Reads a frame; none when it is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let frame: Self = serde_json::from_str(text).ok()?;
        let id_is_fine = match &frame.id {
            None | Some(Value::Number(_)) => true,
            Some(Value::String(id)) => id.len() <= MAX_ID_BYTES,
            Some(_) => false,
        };
        id_is_fine.then_some(frame)
    }
}

/// Why a client's event was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct EventRefused {
    /// The stable code.
    pub(super) code: &'static str,
    /// For people, in French.
    pub(super) message: &'static str,
}

impl EventRefused {
    pub(super) const MALFORMED: Self = Self {
        code: "malformed_frame",
        message: "Trame illisible : un objet JSON {\"event\", \"data\"} est attendu",
    };
    pub(super) const UNKNOWN_EVENT: Self = Self {
        code: "unknown_event",
        message: "Événement inconnu",
    };
    pub(super) const NOT_AUTHENTICATED: Self = Self {
        code: "not_authenticated",
        message: "Authentification requise",
    };
    pub(super) const TOO_MANY_EVENTS: Self = Self {
        code: "too_many_events",
        message: "Trop d'événements, ralentissez",
    };
    pub(super) const BAD_PAYLOAD: Self = Self {
        code: "bad_payload",
        message: "Contenu de l'événement invalide",
    };
    pub(super) const IDENTITY_MISMATCH: Self = Self {
        code: "identity_mismatch",
        message: "Ce jeton appartient à une autre personne ou à un autre rôle",
    };
    pub(super) const RESYNC_REQUIRED: Self = Self {
        code: "resync_required",
        message: "Reprise impossible, rechargez les données",
    };

    /// The event that tells the client.
    pub(super) fn frame(&self) -> ByteString {
        let data = json!({"status": "error", "code": self.code, "message": self.message});
        NATIVE.event("exception", &data)
    }
}

/// The answer to a frame with an id.
pub(super) fn ack(id: &Value, outcome: Result<&Value, &EventRefused>) -> ByteString {
    let data = match outcome {
        Ok(Value::Object(more)) => {
            let mut data = more.clone();
            data.insert("ok".to_owned(), Value::Bool(true));
            Value::Object(data)
        }
        Ok(_) => json!({"ok": true}),
        Err(refused) => {
            json!({"ok": false, "error": {"code": refused.code, "message": refused.message}})
        }
    };
    text(&json!({"event": "ack", "id": id, "data": data})).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(frame: &str) -> Value {
        serde_json::from_str(frame).unwrap()
    }

    #[test]
    fn a_logged_frame_carries_its_kind_and_the_cursor() {
        let head = NATIVE.head("ticket.created", &json!({"ticket": {"id": "T\"1"}}));
        assert_eq!(
            parsed(&NATIVE.complete(&head, "abc-_")),
            json!({"event": "ticket.created", "cursor": "abc-_",
                   "data": {"ticket": {"id": "T\"1"}, "type": "ticket.created"}})
        );
    }

    #[test]
    fn a_payload_that_names_its_own_type_keeps_it() {
        let head = NATIVE.head("newMessage", &json!({"type": "new_message"}));
        let frame = parsed(&NATIVE.complete(&head, "c"));
        assert_eq!(frame["data"], json!({"type": "new_message"}));
    }

    #[test]
    fn an_id_is_a_number_or_a_short_text() {
        assert!(ClientFrame::parse(r#"{"event":"ping","id":7}"#).is_some());
        assert!(ClientFrame::parse(r#"{"event":"ping","id":"a"}"#).is_some());
        assert!(ClientFrame::parse(r#"{"event":"ping","id":{"a":1}}"#).is_none());
        let long = format!(r#"{{"event":"ping","id":"{}"}}"#, "x".repeat(65));
        assert!(ClientFrame::parse(&long).is_none());
    }

    proptest! {
        #[test]
        fn no_frame_panics(text in ".{0,200}") {
            let _ = ClientFrame::parse(&text);
        }
    }
}
