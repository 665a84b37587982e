//! Whoever has joined a conversation hears all that happens in it; what becomes of a message is told.

use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::ws_client::WsClient;

use crate::chat::{Chat, Dialect, JEAN, MESSAGES, Talker, WAIT, at, said};
use crate::desk::{at as ticket_at, ticket_by};

/// What happens in the conversation of this root: a line for each event, in order.
async fn everything_happens(chat: &Chat, root: &str) -> Vec<String> {
    let reply = json!({ "content": "Elle part demain." });
    let reply = chat.claire.post(&at(root, "/reply"), &reply).await;
    let reply = reply.expect(200).text_at("/data/id").to_owned();
    let again = json!({ "content": "Merci" });
    let again = chat.jean.post(&at(root, "/reply"), &again).await;
    let again = again.expect(200).text_at("/data/id").to_owned();
    let put = async |who: &testkit::Api, path: String, body: Value| {
        who.put(&path, &body).await.expect(200);
    };
    put(&chat.jean, at(&reply, "/read"), json!({})).await;
    put(&chat.claire, at(&again, "/read"), json!({})).await;
    let edit = json!({ "content": "Elle part lundi." });
    put(&chat.claire, at(&reply, ""), edit).await;
    put(&chat.jean, at(&again, "/delete"), json!({})).await;
    put(&chat.jean, at(root, "/archive"), json!({})).await;
    put(
        &chat.claire,
        at(root, "/close"),
        json!({ "reason": "Doublon" }),
    )
    .await;
    vec![
        format!("newMessage {reply}"),
        format!("newMessage {again}"),
        format!("messageRead {reply}"),
        format!("messageRead {again}"),
        format!("messageUpdated {reply}"),
        format!("messageDeleted {again}"),
        format!("messageClosed {root} Doublon"),
    ]
}

fn line(name: &str, data: &Value) -> String {
    let id = data["messageId"]
        .as_str()
        .or(data["message"]["id"].as_str());
    let reason = data["reason"].as_str().map(|reason| format!(" {reason}"));
    format!(
        "{name} {}{}",
        id.unwrap_or_default(),
        reason.unwrap_or_default()
    )
}

/// All events of messages up to this one, a line each.
async fn lines(socket: &mut WsClient, last: &str) -> Vec<String> {
    let mut lines = Vec::new();
    while lines
        .last()
        .is_none_or(|line: &String| !line.starts_with(last))
    {
        let event = socket.next_event(WAIT).await;
        let name = event["event"].as_str().unwrap_or_default();
        if name.contains("essage") {
            lines.push(line(name, &event["data"]));
        }
    }
    lines
}

async fn join(talker: &mut Talker, conversation: &str) {
    let data = json!({ "conversationId": conversation });
    let ack = talker.say("joinConversation", &data).await;
    assert_eq!(ack, json!({ "ok": true }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_who_joins_hears_all_of_it_in_both_dialects_and_on_another_instance() {
    let chat = Chat::start().await;
    let twin = chat.server.twin().await;
    for (dialect, server) in [
        (Dialect::Native, &chat.server),
        (Dialect::Native, &twin),
        (Dialect::SocketIo, &chat.server),
        (Dialect::SocketIo, &twin),
    ] {
        let karim = chat.server.token(Role::Staff, "staff-karim", None);
        let Some((mut karim, _)) = Talker::connect(dialect, server, &karim).await else {
            continue;
        };
        let root = chat.message("Où en est ma commande ?").await;
        join(&mut karim, &root).await;
        for expected in everything_happens(&chat, &root).await {
            let name = expected.split(' ').next().unwrap_or_default();
            let heard = karim.hear(name).await;
            assert_eq!(line(name, &heard), expected, "{dialect:?}");
        }
        let leave = json!({ "conversationId": root });
        karim.say("leaveConversation", &leave).await;
    }
    twin.stop().await;
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_in_the_conversation_hear_each_event_once_though_they_joined_it() {
    let chat = Chat::start().await;
    let root = chat.message("Où en est ma commande ?").await;
    let mut sockets = Vec::new();
    for (role, id) in [
        (Role::Customer, "cst-jean"),
        (Role::Staff, "staff-claire"),
        (Role::Staff, "staff-karim"),
    ] {
        let mut socket = chat.socket(role, id).await;
        let data = json!({ "conversationId": root });
        let frame = json!({ "event": "joinConversation", "id": 1, "data": data });
        socket.send(&frame).await;
        assert_eq!(socket.wait_for_ack(1, WAIT).await, json!({ "ok": true }));
        sockets.push(socket);
    }
    let all = everything_happens(&chat, &root).await;
    let own = |author: usize| {
        let mut lines = all.clone();
        lines[author] = lines[author].replace("newMessage", "messageSent");
        lines
    };
    let (reply, again) = (0, 1);
    // What they write themselves is confirmed to them, and not told again.
    let mut of_jean = own(again);
    of_jean.insert(6, format!("messageArchived {root}"));
    of_jean[7] = format!("messageClosed {root}");
    assert_eq!(lines(&mut sockets[0], "messageClosed").await, of_jean);
    assert_eq!(lines(&mut sockets[1], "messageClosed").await, own(reply));
    assert_eq!(lines(&mut sockets[2], "messageClosed").await, all);
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_of_support_has_yet_comes_once_too_and_who_answers_hears_their_own_as_sent() {
    let chat = Chat::start().await;
    let mut form = said("Bonjour, quelqu'un ?");
    form["staffId"] = Value::Null;
    let root = chat.jean.post(MESSAGES, &form).await.expect(201);
    let root = root.text_at("/data/id").to_owned();
    let mut karim = chat.socket(Role::Staff, "staff-karim").await;
    let data = json!({ "conversationId": root });
    let frame = json!({ "event": "joinConversation", "id": 1, "data": data });
    karim.send(&frame).await;
    karim.wait_for_ack(1, WAIT).await;
    let content = json!({ "content": "Il y a quelqu'un ?" });
    let first = chat.jean.post(&at(&root, "/reply"), &content).await;
    let karims = chat.server.staff("staff-karim");
    let second = karims.post(&at(&root, "/reply"), &content).await;
    let third = chat.claire.post(&at(&root, "/reply"), &content).await;
    chat.claire
        .put(&at(&root, "/close"), &json!({}))
        .await
        .expect(200);
    let id = |answer: testkit::Answer| answer.expect(200).text_at("/data/id").to_owned();
    assert_eq!(
        lines(&mut karim, "messageClosed").await,
        [
            format!("newMessage {}", id(first)),
            format!("messageSent {}", id(second)),
            format!("newMessage {}", id(third)),
            format!("messageClosed {root}"),
        ]
    );
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_in_the_conversation_again_on_any_instance_and_misses_nothing() {
    let chat = Chat::start().await;
    let twin = chat.server.twin().await;
    let root = chat.message("Bonjour").await;
    let token = chat.server.token(Role::Staff, "staff-karim", None);
    let mut karim = chat.socket(Role::Staff, "staff-karim").await;
    let data = json!({ "conversationId": root });
    let frame = json!({ "event": "joinConversation", "id": 1, "data": data });
    karim.send(&frame).await;
    karim.wait_for_ack(1, WAIT).await;
    let mut cursor = karim.cursor().expect("the greeting's");
    drop(karim);
    for (n, server) in [&twin, &chat.server].into_iter().enumerate() {
        let content = json!({ "content": format!("Toujours rien ({n})") });
        let missed = chat.jean.post(&at(&root, "/reply"), &content).await;
        let missed = missed.expect(200).body["data"].clone();
        // Of another conversation of the same customer nothing is heard.
        chat.message("Autre chose").await;
        let mut karim = WsClient::connect_after(&server.socket_url(), &token, &cursor).await;
        let hello = karim.next_event(WAIT).await;
        assert_eq!(hello["data"]["recovered"], true);
        let heard = karim.next_event(WAIT).await;
        assert_eq!(heard["event"], "newMessage");
        assert_eq!(heard["data"]["message"], missed);
        let live = chat.jean.post(&at(&root, "/reply"), &content).await;
        let heard = karim.next_event(WAIT).await;
        assert_eq!(heard["data"]["message"], live.expect(200).body["data"]);
        cursor = karim.cursor().expect("the last event's");
    }
    twin.stop().await;
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_has_own_events_alone_and_leads_a_socket_back_into_its_conversations() {
    let chat = Chat::start().await;
    let root = chat.message("Bonjour").await;
    let mut karim = chat.socket(Role::Staff, "staff-karim").await;
    let data = json!({ "conversationId": root });
    let frame = json!({ "event": "joinConversation", "id": 1, "data": data });
    karim.send(&frame).await;
    karim.wait_for_ack(1, WAIT).await;
    let cursor = karim.cursor().expect("the greeting's");
    drop(karim);
    let all = everything_happens(&chat, &root).await;
    let karims = chat.server.staff("staff-karim");
    let feed = karims.get(&format!("/api/events?after={cursor}")).await;
    let feed = feed.expect(200);
    assert_eq!(feed.body["events"], json!([]));
    let own = chat.jean.get("/api/events").await.expect(200);
    let own = own.body["events"].as_array().cloned().unwrap_or_default();
    let read = own.iter().filter(|event| event["event"] == "messageRead");
    assert_eq!(read.count(), 1, "what was read of his, not what he read");
    let token = chat.server.token(Role::Staff, "staff-karim", None);
    let after = feed.text_at("/cursor");
    let mut karim = WsClient::connect_after(&chat.server.socket_url(), &token, after).await;
    karim.wait_for("connected", WAIT).await;
    assert_eq!(lines(&mut karim, "messageClosed").await, all);
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unmodified_client_keeps_its_id_and_its_conversation_over_a_cut() {
    let chat = Chat::start().await;
    let root = chat.message("Bonjour").await;
    let token = chat.server.token(Role::Staff, "staff-karim", None);
    let connected = Talker::connect(Dialect::SocketIo, &chat.server, &token).await;
    let Some((mut karim, first)) = connected else {
        return;
    };
    join(&mut karim, &root).await;
    let Talker::SocketIo(client) = &mut karim else {
        panic!("it speaks Socket.IO");
    };
    client.order(&json!({ "do": "cut" })).await;
    let again = karim.hear("connected").await;
    assert_eq!(again["recovered"], true);
    assert_eq!(again["socketId"], first["socketId"]);
    let content = json!({ "content": "Toujours rien" });
    let reply = chat.jean.post(&at(&root, "/reply"), &content).await;
    let heard = karim.hear("newMessage").await;
    assert_eq!(heard["message"], reply.expect(200).body["data"]);
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_and_staff_join_and_a_ticket_is_heard_by_all_who_did() {
    let chat = Chat::start().await;
    let root = chat.message("Bonjour").await;
    let ticket = ticket_by(&chat.jean, JEAN).await;
    let mut paul = chat.socket(Role::Customer, "cst-paul").await;
    let mut jean = chat.socket(Role::Customer, "cst-jean").await;
    let mut karim = chat.socket(Role::Staff, "staff-karim").await;
    for id in [&root, &ticket] {
        let data = json!({ "conversationId": id });
        let frame = json!({ "event": "joinConversation", "id": 1, "data": data });
        for (socket, ok) in [(&mut paul, false), (&mut jean, true), (&mut karim, true)] {
            socket.send(&frame).await;
            assert_eq!(socket.wait_for_ack(1, WAIT).await["ok"], ok);
        }
    }
    let note = json!({ "message": "Client fidèle", "internal": true });
    let answer = json!({ "message": "Bonjour" });
    for said in [&note, &answer] {
        let path = ticket_at(&ticket, "/responses");
        chat.claire.post(&path, said).await.expect(201);
    }
    let heard = |event: Value| event["data"]["response"]["internal"] == true;
    assert!(heard(karim.wait_for("ticket.response_added", WAIT).await));
    assert!(!heard(karim.wait_for("ticket.response_added", WAIT).await));
    assert!(!heard(jean.wait_for("ticket.response_added", WAIT).await));
    // Typing on the ticket is seen by those who joined it.
    let mut claire = chat.socket(Role::Staff, "staff-claire").await;
    chat.claire
        .put(
            &ticket_at(&ticket, "/assign"),
            &json!({ "staff_id": "staff-claire" }),
        )
        .await
        .expect(200);
    let data = json!({ "conversationId": ticket });
    let frame = json!({ "event": "joinConversation", "id": 1, "data": data });
    claire.send(&frame).await;
    claire.wait_for_ack(1, WAIT).await;
    let data = json!({ "recipientId": "cst-jean", "isTyping": true });
    let frame = json!({ "event": "typing", "id": 2, "data": data });
    claire.send(&frame).await;
    assert_eq!(claire.wait_for_ack(2, WAIT).await["ok"], true);
    for socket in [&mut jean, &mut karim] {
        let heard = socket.wait_for("userTyping", WAIT).await;
        assert_eq!(heard["data"]["userId"], "staff-claire");
    }
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_of_closing_is_kept_and_shown_to_support_alone() {
    let chat = Chat::start().await;
    let mut claire = chat.socket(Role::Staff, "staff-claire").await;
    let mut jean = chat.socket(Role::Customer, "cst-jean").await;
    let (kept, blank) = (chat.message("Un").await, chat.message("Deux").await);
    let reason = json!({ "reason": "Doublon du ticket" });
    let closed = chat.claire.put(&at(&kept, "/close"), &reason).await;
    assert_eq!(
        closed.expect(200).text_at("/data/closeReason"),
        "Doublon du ticket"
    );
    let none = json!({ "reason": "  " });
    let closed = chat
        .jean
        .put(&at(&blank, "/close"), &none)
        .await
        .expect(200);
    assert_eq!(closed.body["data"]["closeReason"], Value::Null);
    for (api, shown) in [
        (&chat.claire, json!("Doublon du ticket")),
        (&chat.jean, Value::Null),
    ] {
        let one = api.get(&at(&kept, "")).await.expect(200);
        assert_eq!(one.body["data"]["closeReason"], shown);
        let list = api.get("/api/messages?status=closed").await.expect(200);
        let listed = list.body["data"].as_array().cloned().unwrap_or_default();
        let listed = listed.iter().find(|message| message["id"] == kept.as_str());
        assert_eq!(listed.expect("listed")["closeReason"], shown);
    }
    let told = claire.wait_for("messageClosed", WAIT).await;
    assert_eq!(told["data"]["reason"], "Doublon du ticket");
    let told = jean.wait_for("messageClosed", WAIT).await;
    assert_eq!(told["data"].get("reason"), None);
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_closed_archived_or_deleted_can_be_told_apart_afterwards() {
    let chat = Chat::start().await;
    let ids = [
        chat.message("fermé").await,
        chat.message("archivé").await,
        chat.message("supprimé").await,
    ];
    for (id, how) in ids.iter().zip(["/close", "/archive", "/delete"]) {
        chat.jean.put(&at(id, how), &json!({})).await.expect(200);
    }
    let shown = async |id: &str| {
        let answer = chat.claire.get(&at(id, "")).await;
        let data = &answer.body["data"];
        (
            answer.status,
            data["status"].as_str().map(str::to_owned),
            data["archivedAt"].is_string(),
        )
    };
    let status = |status: &str| Some(status.to_owned());
    assert_eq!(shown(&ids[0]).await, (200, status("closed"), false));
    assert_eq!(shown(&ids[1]).await, (200, status("open"), true));
    assert_eq!(shown(&ids[2]).await, (404, None, false));
    let client = chat.server.database.client().await;
    let sql = "SELECT msg_open = '1', msg_archived_at IS NULL, msg_deleted_at IS NULL FROM ___xtr_msg WHERE msg_id = $1";
    let mut kept = Vec::new();
    for id in &ids {
        let row = client.query_one(sql, &[id]).await.expect("the row stays");
        kept.push((row.get(0), row.get(1), row.get(2)));
    }
    let (yes, no) = (true, false);
    assert_eq!(kept, [(no, yes, yes), (yes, no, yes), (no, yes, no)]);
    chat.server.stop().await;
}
