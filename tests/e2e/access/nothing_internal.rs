//! Whatever happens to a customer's tickets and conversations, no frame on their sockets holds an
//! internal note, an address of the staff, or a reason meant for colleagues.

use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::Api;
use testkit::sio_client::{SioClient, SioSession};
use testkit::ws_client::WsClient;

use crate::chat::{Chat, JEAN, MESSAGES, WAIT, at as message_at, said};
use crate::desk::{at, ticket_by};

/// What must not be seen: each is said to, by or about staff below.
const SECRETS: [&str; 7] = [
    "@shop.example",
    "NOTE INTERNE",
    "Client difficile",
    "à ménager",
    "Dossier litigieux",
    "ESCALADE",
    "Client procédurier",
];

/// Every kind of event the log can hold; `every_kind_happens` fails when one is added elsewhere
/// and not made here.
const KINDS: [&str; 13] = [
    "messageArchived",
    "messageClosed",
    "messageDeleted",
    "messageRead",
    "messageSent",
    "messageUpdated",
    "newMessage",
    "ticket.assigned",
    "ticket.created",
    "ticket.escalated",
    "ticket.resolved",
    "ticket.response_added",
    "ticket.status_changed",
];

/// Everything that can happen to a ticket of Jean's.
async fn tickets(jean: &Api, claire: &Api) {
    let id = ticket_by(jean, JEAN).await;
    let post = async |who: &Api, end: &str, body: Value, status| {
        who.post(&at(&id, end), &body).await.expect(status);
    };
    let put = async |who: &Api, end: &str, body: Value| {
        who.put(&at(&id, end), &body).await.expect(200);
    };
    put(claire, "/assign", json!({ "staff_id": "staff-claire" })).await;
    let note =
        json!({ "message": "Client difficile, karim@shop.example le connaît", "internal": true });
    post(claire, "/responses", note, 201).await;
    post(claire, "/responses", json!({ "message": "Bonjour" }), 201).await;
    post(jean, "/responses", json!({ "message": "Merci" }), 201).await;
    let reason = json!({ "reason": "Dossier litigieux", "staff_id": "staff-karim" });
    post(claire, "/escalate", reason, 200).await;
    put(claire, "/status", json!({ "status": "closed" })).await;
    post(
        claire,
        "/responses",
        json!({ "message": "à ménager", "internal": true }),
        201,
    )
    .await;
    put(jean, "/status", json!({ "status": "open" })).await;
    put(claire, "/assign", json!({ "staff_id": null })).await;
    put(jean, "/status", json!({ "status": "closed" })).await;
}

/// Everything that can happen to a conversation of Jean's; answers the last message to him.
async fn messages(jean: &Api, claire: &Api) -> String {
    let mut unassigned = said("Quelqu'un ?");
    unassigned["staffId"] = Value::Null;
    let mut last = String::new();
    for form in [said("Où en est ma commande ?"), unassigned] {
        let root = jean.post(MESSAGES, &form).await.expect(201);
        let root = root.text_at("/data/id").to_owned();
        let end = |end: &str| message_at(&root, end);
        let read = claire.put(&end("/read"), &json!({})).await;
        read.expect(200);
        let content = json!({ "content": "Elle part demain." });
        let reply = claire.post(&end("/reply"), &content).await.expect(200);
        reply.text_at("/data/id").clone_into(&mut last);
        let read = jean.put(&message_at(&last, "/read"), &json!({})).await;
        read.expect(200);
        let edit = json!({ "content": "Elle part lundi." });
        claire.put(&message_at(&last, ""), &edit).await.expect(200);
        let reason = json!({ "reason": "Client procédurier" });
        claire.put(&end("/close"), &reason).await.expect(200);
        for (who, id, how) in [(jean, &root, "/archive"), (claire, &last, "/delete")] {
            let away = who.put(&message_at(id, how), &json!({})).await;
            away.expect(200);
        }
        let more = claire.post(&end("/reply"), &content).await.expect(200);
        more.text_at("/data/id").clone_into(&mut last);
    }
    last
}

/// Whether what was asked for last and what was typed meanwhile has come.
fn is_all(names: &[String]) -> bool {
    let count = |name: &str| names.iter().filter(|it| *it == name).count();
    count("pong") == 1 && count("userTyping") == 2
}

/// What the log holds comes in its order. What is stored nowhere comes between, in any order.
fn logged_first(names: &mut [String]) {
    names.sort_by_key(|name| {
        let is_logged = KINDS.contains(&name.as_str());
        (!is_logged).then(|| name.clone())
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_internal_reaches_a_customers_socket_whatever_happens() {
    let chat = Chat::start().await;
    chat.server
        .staff("staff-karim")
        .get(MESSAGES)
        .await
        .expect(200);
    let token = chat.server.token(Role::Customer, "cst-jean", Some(JEAN));
    let mut native = chat.socket(Role::Customer, "cst-jean").await;
    let address = chat.server.server.address.to_string();
    let mut socket_io = SioClient::connect(&address, &token, SioSession::default(), WAIT).await;

    tickets(&chat.jean, &chat.claire).await;
    let last = messages(&chat.jean, &chat.claire).await;
    // What is stored nowhere: typing of staff whose token names no name, a read mark, refusals.
    let token = chat.server.token(
        Role::Staff,
        "staff-claire",
        Some("staff-claire@shop.example"),
    );
    let mut claire = WsClient::connect(&chat.server.socket_url(), &token).await;
    for is_typing in [true, false] {
        let data = json!({ "recipientId": "cst-jean", "isTyping": is_typing });
        let frame = json!({ "event": "typing", "data": data, "id": 1 });
        claire.send(&frame).await;
        assert_eq!(claire.wait_for_ack(1, WAIT).await["ok"], true);
    }
    for (event, data) in [
        ("markAsRead", json!({ "messageId": last })),
        (
            "typing",
            json!({ "recipientId": "cst-nobody", "isTyping": true }),
        ),
        ("ping", json!({})),
    ] {
        native.send(&json!({ "event": event, "data": data })).await;
        socket_io.emit(event, &data).await;
    }

    let (mut frames, mut names) = (Vec::new(), Vec::new());
    while !is_all(&names) {
        let event = native.next_event(WAIT).await;
        names.push(event["event"].as_str().unwrap_or_default().to_owned());
        frames.push(event.to_string());
    }
    let mut of_socket_io = Vec::new();
    while !is_all(&of_socket_io) {
        let (frame, name, _) = socket_io.next_event(WAIT).await;
        frames.push(frame);
        if name != "connected" {
            of_socket_io.push(name);
        }
    }
    for names in [&mut names, &mut of_socket_io] {
        logged_first(names);
    }
    assert_eq!(names, of_socket_io, "both dialects tell the same");
    for kind in [
        "userTyping",
        "readConfirmation",
        "exception",
        "ticket.response_added",
        "ticket.resolved",
        "newMessage",
    ] {
        assert!(names.iter().any(|name| name == kind), "{kind}: {names:?}");
    }
    for frame in &frames {
        // As it stands, and as JSON may write it.
        let plain = frame.replace("\\/", "/");
        for secret in SECRETS {
            assert!(!plain.contains(secret), "{secret}: {frame}");
        }
    }
    every_kind_happens(&chat).await;
    chat.server.stop().await;
}

async fn every_kind_happens(chat: &Chat) {
    let client = chat.server.database.client().await;
    let rows = client
        .query(
            "SELECT kind FROM event WHERE stream_id <> 'faq' GROUP BY kind ORDER BY kind COLLATE \"C\"",
            &[],
        )
        .await
        .expect("the log can be read");
    let kinds: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, KINDS);
}
