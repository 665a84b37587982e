//! Clients that ask for what is not theirs, or for nothing sensible: refused in both dialects, on
//! the real store, and the connection serves on.

use serde_json::{Value, json};
use shared_kernel::Role;

use crate::chat::{Chat, Dialect, JEAN, Talker};
use crate::desk::ticket_by;

/// Asks, is refused with this code, and is served on.
async fn refused(client: &mut Talker, event: &str, data: &Value, code: &str) {
    let ack = client.say(event, data).await;
    assert_eq!(
        (&ack["ok"], &ack["error"]["code"]),
        (&json!(false), &json!(code)),
        "{event} {data}"
    );
    assert_eq!(client.say("ping", &json!({})).await, json!({ "ok": true }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_theirs_and_what_makes_no_sense_is_refused_and_the_connection_serves_on() {
    let chat = Chat::start().await;
    let ticket = ticket_by(&chat.jean, JEAN).await;
    let message = chat.message("Bonjour").await;
    let huge = "x".repeat(40_000);
    for dialect in [Dialect::Native, Dialect::SocketIo] {
        let paul = chat.server.token(Role::Customer, "cst-paul", None);
        let Some((mut paul, _)) = Talker::connect(dialect, &chat.server, &paul).await else {
            continue;
        };
        for (event, data) in [
            ("joinConversation", json!({ "conversationId": ticket })),
            ("joinConversation", json!({ "conversationId": message })),
            (
                "joinConversation",
                json!({ "conversationId": "TICKET-NOTTHERE" }),
            ),
            ("markAsRead", json!({ "messageId": message })),
            ("markAsRead", json!({ "messageId": "MSG-NOTTHERE" })),
            (
                "typing",
                json!({ "recipientId": "cst-jean", "isTyping": true }),
            ),
            (
                "typing",
                json!({ "recipientId": "staff-claire", "isTyping": true }),
            ),
            (
                "typing",
                json!({ "recipientId": "nobody", "isTyping": true }),
            ),
        ] {
            refused(&mut paul, event, &data, "not_found").await;
        }
    }
    for dialect in [Dialect::Native, Dialect::SocketIo] {
        let lea = chat.server.token(Role::Customer, "cst-lea", None);
        let Some((mut lea, _)) = Talker::connect(dialect, &chat.server, &lea).await else {
            continue;
        };
        for (event, data) in [
            ("joinConversation", json!({ "conversationId": huge })),
            (
                "joinConversation",
                json!({ "conversationId": "' OR 1=1 --" }),
            ),
            ("leaveConversation", json!({ "conversationId": huge })),
            ("markAsRead", json!({ "messageId": huge })),
            ("typing", json!({ "recipientId": huge, "isTyping": true })),
            (
                "typing",
                json!({ "recipientId": "cst-jean\u{0}", "isTyping": true }),
            ),
            (
                "typing",
                json!({ "recipientId": ["cst-jean"], "isTyping": 1 }),
            ),
            ("markAsRead", json!(7)),
        ] {
            refused(&mut lea, event, &data, "bad_payload").await;
        }
        refused(&mut lea, "deleteEverything", &json!({}), "unknown_event").await;
        refused(&mut lea, "connected", &json!({}), "unknown_event").await;
        refused(&mut lea, &"e".repeat(10_000), &json!({}), "unknown_event").await;
    }
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_none_are_refused_and_the_connection_serves_on() {
    let chat = Chat::start().await;
    let mut paul = chat.socket(Role::Customer, "cst-paul").await;
    for text in [
        "",
        "x",
        "[]",
        "{}",
        "{\"event\":7}",
        "{\"event\":\"ping\",\"id\":{}}",
        "null",
    ] {
        paul.send_text(text).await;
        let exception = paul.next_event(crate::chat::WAIT).await;
        assert_eq!(exception["data"]["code"], "malformed_frame", "{text}");
        paul.send(&json!({ "event": "ping" })).await;
        assert_eq!(paul.next_event(crate::chat::WAIT).await["event"], "pong");
    }
    chat.server.stop().await;
}
