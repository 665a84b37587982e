//! The wire format: `{"event", "data", "cursor"?}` from us, `{"event", "data", "id"?}` from clients.

use bytestring::ByteString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::dialect::{Dialect, json_text, typed_payload};
use crate::member::{EventRefused, ack_data};

/// The longest `id` a client may give a frame, in bytes.
const MAX_ID_BYTES: usize = 64;

/// The native dialect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Native;

/// The one there is.
pub(crate) static NATIVE: Native = Native;

fn without_end(name: &str, data: &str) -> String {
    format!(r#"{{"event":{},"data":{data}"#, json_text(&name))
}

impl Dialect for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn event(&self, name: &str, data: &Value) -> ByteString {
        let mut frame = without_end(name, &json_text(data));
        frame.push('}');
        frame.into()
    }

    fn head(&self, kind: &str, payload: &Value) -> ByteString {
        without_end(kind, &typed_payload(kind, payload)).into()
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
pub(crate) struct ClientFrame {
    /// What it asks.
    pub(crate) event: String,
    /// With what.
    #[serde(default)]
    pub(crate) data: Value,
    /// Set when it wants an answer: a number or a short text.
    #[serde(default)]
    pub(crate) id: Option<Value>,
}

impl ClientFrame {
    /// Reads a frame; none when it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // A list of the members' values in their order would be read too.
        if !text.trim_start().starts_with('{') {
            return None;
        }
        let frame: Self = serde_json::from_str(text).ok()?;
        let id_is_fine = match &frame.id {
            None | Some(Value::Number(_)) => true,
            Some(Value::String(id)) => id.len() <= MAX_ID_BYTES,
            Some(_) => false,
        };
        id_is_fine.then_some(frame)
    }
}

/// The answer to a frame with an id.
pub(crate) fn ack(id: &Value, outcome: &Result<Value, EventRefused>) -> ByteString {
    json_text(&json!({"event": "ack", "id": id, "data": ack_data(outcome)})).into()
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

    #[test]
    fn a_frame_is_an_object_and_nothing_else() {
        for frame in [r#"["ping"]"#, r#"["ping",null,7]"#, "[]", r#""ping""#, "7"] {
            assert_eq!(ClientFrame::parse(frame), None, "{frame}");
        }
        assert!(ClientFrame::parse(" \n{\"event\":\"ping\"} ").is_some());
    }

    proptest! {
        #[test]
        fn no_frame_panics(text in ".{0,200}") {
            let _ = ClientFrame::parse(&text);
        }
    }
}
