//! What clients may ask, asked in both dialects.

use serde_json::{Value, json};

use super::raw::Raw;
use super::server::{TestServer, settings};
use super::wait::WAIT;
use super::ws_client::WsClient;
use crate::dialect::ServerEvent;
use crate::hub::rooms::RoomId;
use crate::settings::RealtimeSettings;

/// A connected client of either dialect.
enum Client {
    Native(WsClient),
    SocketIo(Raw),
}

impl Client {
    async fn connect(server: &TestServer, dialect: &str, token: &str) -> Self {
        if dialect == "native" {
            return Self::Native(server.connect(token).await);
        }
        let path = "/socket.io/?EIO=4&transport=websocket";
        let mut raw = Raw::open(&server.address, path).await.unwrap();
        raw.text().await;
        raw.send(&format!("40/messaging,{}", json!({"token": token})))
            .await;
        raw.text().await;
        raw.event().await;
        Self::SocketIo(raw)
    }

    /// The next event: its name and payload.
    async fn event(&mut self) -> (String, Value) {
        let (name, mut data) = match self {
            Self::Native(client) => {
                let mut event = client.next_event(WAIT).await;
                (event["event"].take(), event["data"].take())
            }
            Self::SocketIo(raw) => {
                let mut event = raw.event().await;
                (event[0].take(), event[1].take())
            }
        };
        if let Some(data) = data.as_object_mut() {
            data.retain(|name, _| name != "message");
        }
        (name.as_str().unwrap().to_owned(), data)
    }

    async fn ask(&mut self, event: &str, data: &Value) {
        match self {
            Self::Native(client) => {
                let frame = json!({"event": event, "data": data, "id": 1});
                client.send(&frame).await;
            }
            Self::SocketIo(raw) => {
                raw.send(&format!("42/messaging,1{}", json!([event, data])))
                    .await;
            }
        }
    }

    async fn ack(&mut self) -> Value {
        match self {
            Self::Native(client) => client.wait_for_ack(1, WAIT).await,
            Self::SocketIo(raw) => {
                let text = raw.text().await;
                let ack = text.strip_prefix("43/messaging,1");
                let ack: Value = serde_json::from_str(ack.unwrap_or(&text)).unwrap();
                ack[0].clone()
            }
        }
    }

    /// Asks and is granted, without an event in between.
    async fn granted(&mut self, event: &str, data: &Value) {
        self.ask(event, data).await;
        assert_eq!(self.ack().await, json!({"ok": true}), "{event} {data}");
    }

    /// Asks and is refused with this code, by an exception and by the ack.
    async fn refused(&mut self, event: &str, data: &Value, code: &str) {
        self.ask(event, data).await;
        let exception = json!({"status": "error", "code": code});
        assert_eq!(
            self.event().await,
            ("exception".to_owned(), exception),
            "{event} {data}"
        );
        let ack = self.ack().await;
        assert_eq!(
            (&ack["ok"], &ack["error"]["code"]),
            (&json!(false), &json!(code))
        );
    }
}

const DIALECTS: [&str; 2] = ["native", "socket.io"];

#[tokio::test(flavor = "multi_thread")]
async fn typing_reaches_the_recipient_and_never_shows_a_staff_address() {
    for dialect in DIALECTS {
        let server = TestServer::start();
        let mut customer = Client::connect(&server, dialect, "customer:a7").await;
        let mut staff = Client::connect(&server, dialect, "staff:a1").await;
        for (is_typing, shown) in [(true, "Name of a1"), (false, "Name of a1")] {
            staff
                .granted(
                    "typing",
                    &json!({"recipientId": "a7", "isTyping": is_typing}),
                )
                .await;
            let told = json!({
                "userId": "a1", "userEmail": shown, "isTyping": is_typing, "type": "typing_indicator",
            });
            assert_eq!(customer.event().await, ("userTyping".to_owned(), told));
        }
        customer
            .granted("typing", &json!({"recipientId": "a1", "isTyping": true}))
            .await;
        assert_eq!(staff.event().await.1["userEmail"], "a7@shop.example");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_typing_is_told_once_and_leaving_ends_it() {
    let server = TestServer::start();
    for dialect in DIALECTS {
        let mut customer = Client::connect(&server, dialect, "customer:a7").await;
        let mut staff = Client::connect(&server, dialect, "staff:a1").await;
        for _ in 0..5 {
            staff
                .granted("typing", &json!({"recipientId": "a7", "isTyping": true}))
                .await;
        }
        drop(staff);
        assert_eq!(customer.event().await.1["isTyping"], true);
        assert_eq!(customer.event().await.1["isTyping"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sockets_of_a_person_tell_no_more_than_one() {
    let server = TestServer::start();
    let mut customer = Client::connect(&server, "native", "customer:a7").await;
    let mut sockets = Vec::new();
    for number in 0..20 {
        let dialect = DIALECTS[number % 2];
        sockets.push(Client::connect(&server, dialect, "staff:a1").await);
    }
    let typing = json!({"recipientId": "a7", "isTyping": true});
    for socket in &mut sockets {
        socket.granted("typing", &typing).await;
    }
    drop(sockets);
    assert_eq!(customer.event().await.1["isTyping"], true);
    assert_eq!(customer.event().await.1["isTyping"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_mark_is_confirmed_to_its_own_socket_only() {
    for dialect in DIALECTS {
        let server = TestServer::start();
        let mut reader = Client::connect(&server, dialect, "customer:a7").await;
        reader
            .ask("markAsRead", &json!({"messageId": "a1:M"}))
            .await;
        let confirmed = json!({"messageId": "a1:M", "readAt": "1970-01-01T00:00:00.000Z"});
        assert_eq!(
            reader.event().await,
            ("readConfirmation".to_owned(), confirmed)
        );
        assert_eq!(reader.ack().await, json!({"ok": true}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_shared_is_not_found() {
    let server = TestServer::start();
    for dialect in DIALECTS {
        let mut customer = Client::connect(&server, dialect, "customer:a7").await;
        for (event, data) in [
            ("typing", json!({"recipientId": "b1", "isTyping": true})),
            ("markAsRead", json!({"messageId": "b1:M"})),
            ("joinConversation", json!({"conversationId": "b"})),
        ] {
            customer.refused(event, &data, "not_found").await;
        }
        let broken = json!({"recipientId": "broken", "isTyping": true});
        customer.refused("typing", &broken, "unavailable").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_is_malformed_is_refused_and_the_connection_stays() {
    let server = TestServer::start();
    for dialect in DIALECTS {
        let mut customer = Client::connect(&server, dialect, "customer:a7").await;
        for (event, data) in [
            ("typing", json!(null)),
            ("typing", json!({"recipientId": "a1", "isTyping": "yes"})),
            ("typing", json!({"recipientId": "", "isTyping": true})),
            ("markAsRead", json!([])),
            // The members' values in their order are no object.
            ("typing", json!(["a1", true])),
            ("markAsRead", json!(["a1:M"])),
            ("joinConversation", json!(["a-T1"])),
            ("leaveConversation", json!(["a-T1"])),
            ("resume", json!(["rubbish"])),
            ("auth", json!(["customer:a7"])),
            ("markAsRead", json!({"messageId": "x".repeat(51)})),
            ("joinConversation", json!({"conversationId": {"$ne": 1}})),
            ("leaveConversation", json!("a")),
        ] {
            customer.refused(event, &data, "bad_payload").await;
        }
        customer
            .refused("__proto__", &json!({}), "unknown_event")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_joined_once_and_left() {
    for dialect in DIALECTS {
        let server = TestServer::start();
        let mut customer = Client::connect(&server, dialect, "customer:a7").await;
        let conversation = json!({"conversationId": "a-T1"});
        let room = [RoomId::Conversation("a-T1".to_owned())];
        let event = ServerEvent {
            name: "note".into(),
            data: json!({}),
        };
        for _ in 0..2 {
            customer.granted("joinConversation", &conversation).await;
        }
        assert_eq!(server.gateway.hub.broadcast(&room, &event, None), 1);
        assert_eq!(customer.event().await.0, "note");
        customer.granted("leaveConversation", &conversation).await;
        assert_eq!(server.gateway.hub.broadcast(&room, &event, None), 0);
        // Leaving what one is not in changes nothing.
        customer.granted("leaveConversation", &conversation).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_conversations_are_joined_at_once() {
    let server = TestServer::with(RealtimeSettings {
        event_burst: 1_000,
        ..settings()
    });
    let mut joined = 0;
    let mut customer = Client::connect(&server, "native", "customer:a7").await;
    let code = loop {
        let data = json!({"conversationId": format!("a{joined}")});
        customer.ask("joinConversation", &data).await;
        let ack = customer.ack().await;
        match ack["error"]["code"].as_str() {
            None => joined += 1,
            Some(code) => break code.to_owned(),
        }
    };
    assert_eq!(code, "too_many_rooms");
    // One of the 128 is the user's own room.
    assert_eq!(joined, 127);
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_io_clients_may_renew_their_token_and_go_back_to_a_cursor_too() {
    let server = TestServer::start();
    let mut customer = Client::connect(&server, "socket.io", "customer:a7:2000").await;
    customer
        .granted("auth", &json!({"token": "customer:a7"}))
        .await;
    customer
        .refused(
            "auth",
            &json!({"token": "customer:a8"}),
            "identity_mismatch",
        )
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    customer.ask("resume", &json!({"after": "rubbish"})).await;
    assert_eq!(customer.event().await.0, "resyncRequired");
    assert_eq!(customer.event().await.0, "exception");
    assert_eq!(customer.ack().await["error"]["code"], "resync_required");
}
