//! How events stand on the wire in the product's namespace: `["kind", payload, "<cursor>"]`.
//!
//! The last argument of a logged event is what a client keeps as its offset; an event nobody
//! stores must not end with a text.

use bytestring::ByteString;
use serde_json::Value;

use crate::dialect::{Dialect, json_text, typed_payload};

/// The product's namespace.
pub(super) const NAMESPACE: &str = "/messaging";

/// The Socket.IO dialect of [`NAMESPACE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct SocketIoDialect;

/// The one there is.
pub(super) static MESSAGING: SocketIoDialect = SocketIoDialect;

fn without_end(name: &str, data: &str) -> String {
    format!("42{NAMESPACE},[{},{data}", json_text(&name))
}

impl Dialect for SocketIoDialect {
    fn name(&self) -> &'static str {
        "socket.io"
    }

    fn event(&self, name: &str, data: &Value) -> ByteString {
        let mut frame = without_end(name, &json_text(data));
        frame.push(']');
        frame.into()
    }

    fn head(&self, kind: &str, payload: &Value) -> ByteString {
        without_end(kind, &typed_payload(kind, payload)).into()
    }

    fn complete(&self, head: &str, cursor: &str) -> ByteString {
        // A cursor is base64url: nothing in it needs escaping.
        let mut frame = String::with_capacity(head.len() + cursor.len() + 4);
        for part in [head, ",\"", cursor, "\"]"] {
            frame.push_str(part);
        }
        frame.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_logged_event_ends_with_the_cursor_and_any_other_with_its_payload() {
        let head = MESSAGING.head("ticket.created", &json!({"n": 1}));
        assert_eq!(
            MESSAGING.complete(&head, "abc"),
            r#"42/messaging,["ticket.created",{"n":1,"type":"ticket.created"},"abc"]"#
        );
        assert_eq!(
            MESSAGING.event("pong", &json!({})),
            r#"42/messaging,["pong",{}]"#
        );
    }
}
