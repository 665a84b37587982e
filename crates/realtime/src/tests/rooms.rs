//! Whoever has joined a conversation hears what happens in it, until they leave.

use std::time::Duration;

use serde_json::{Map, Value, json};
use shared_kernel::{Room, StreamId, UserId};

use super::events::user_stream;
use super::raw::Raw;
use super::server::{TestServer, number, settings};
use super::wait::{WAIT, eventually};
use super::ws_client::WsClient;
use crate::settings::RealtimeSettings;

/// What `a7-x`, a conversation of `a7` with `a1`, is heard as by those who have joined it.
fn room(told: &[&str]) -> Room {
    let mut with = Map::new();
    with.insert("type".to_owned(), json!("new_message"));
    Room {
        conversation: "a7-x".to_owned(),
        told: told.iter().map(|id| UserId::parse(*id).unwrap()).collect(),
        kind: Some("newMessage".to_owned()),
        with,
        only: false,
    }
}

/// `a7` says something in their conversation: it stands in their stream, and in that of `a1`.
fn say(server: &TestServer, n: u64) {
    let payload = json!({"n": n, "type": "message_sent"});
    server.publish_in(
        &[&user_stream("a7"), &user_stream("a1")],
        &payload,
        &room(&["a1"]),
    );
}

async fn join(client: &mut WsClient, conversation: &str) {
    let data = json!({"conversationId": conversation});
    let frame = json!({"event": "joinConversation", "id": 1, "data": data});
    client.send(&frame).await;
    assert_eq!(client.wait_for_ack(1, WAIT).await, json!({"ok": true}));
}

/// The next event is this: the one published last, so that nothing came before it.
async fn next_is(client: &mut WsClient, name: &str, n: u64) {
    let event = client.next_event(WAIT).await;
    assert_eq!(
        (event["event"].as_str(), number(&event)),
        (Some(name), n),
        "{event}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_joined_hears_each_event_once_and_in_their_own_words() {
    let server = TestServer::start();
    let mut customer = server.connect("customer:a7").await;
    let mut assigned = server.connect("staff:a1").await;
    let mut second = server.connect("staff:a2").await;
    for client in [&mut customer, &mut assigned, &mut second] {
        join(client, "a7-x").await;
        join(client, "a7-x").await;
    }
    for n in 1..=3 {
        say(&server, n);
    }
    for n in 1..=3 {
        let heard = second.next_event(WAIT).await;
        assert_eq!(heard["event"], "newMessage");
        assert_eq!(heard["data"], json!({"n": n, "type": "new_message"}));
        next_is(&mut customer, "messageSent", n).await;
        next_is(&mut assigned, "messageSent", n).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_of_somebody_elses_stream_is_heard_and_nothing_after_leaving() {
    let server = TestServer::start();
    let mut second = server.connect("staff:a2").await;
    join(&mut second, "a7-x").await;
    // Of no conversation, and of another one.
    server.publish_numbers("a7", 1..=2);
    let other = Room {
        conversation: "a7-y".to_owned(),
        ..room(&[])
    };
    server.publish_in(&[&user_stream("a7")], &json!({"n": 3}), &other);
    say(&server, 4);
    next_is(&mut second, "newMessage", 4).await;
    let data = json!({"conversationId": "a7-x"});
    let leave = json!({"event": "leaveConversation", "id": 2, "data": data});
    second.send(&leave).await;
    assert_eq!(second.wait_for_ack(2, WAIT).await, json!({"ok": true}));
    say(&server, 5);
    server.publish(&[&StreamId::staff_for("T")], &json!({"n": 6}));
    next_is(&mut second, "ticket.created", 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_those_who_joined_alone_is_not_for_the_streams_owner_before() {
    let server = TestServer::start();
    let only = Room {
        kind: None,
        only: true,
        with: Map::new(),
        ..room(&[])
    };
    let mut customer = server.connect("customer:a7").await;
    server.publish_in(&[&user_stream("a7")], &json!({"n": 1}), &only);
    server.publish_numbers("a7", 2..=2);
    next_is(&mut customer, "ticket.created", 2).await;
    join(&mut customer, "a7-x").await;
    server.publish_in(&[&user_stream("a7")], &json!({"n": 3}), &only);
    next_is(&mut customer, "messageSent", 3).await;
}

/// Comes back; answers the client and its greeting.
async fn back(server: &TestServer, token: &str, cursor: &str) -> (WsClient, Value) {
    let mut client = WsClient::connect_after(&server.url, token, cursor).await;
    let mut hello = client.next_event(WAIT).await;
    assert_eq!(hello["event"], "connected");
    (client, hello["data"].take())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_in_the_conversation_again_and_gets_what_was_said_there_once() {
    let server = TestServer::start();
    let mut second = server.connect("staff:a2").await;
    join(&mut second, "a7-x").await;
    // No event has come since: what was joined is known all the same.
    let mut cursor = second.cursor().unwrap();
    drop(second);
    server.nobody_is_left().await;
    // Another instance, which has never seen this client, can do it too.
    let twin = server.beside();
    for (instance, first) in [(&server, 1), (&twin, 4)] {
        say(&server, first);
        server.publish_numbers("a7", 1_000 + first..=1_000 + first);
        say(&server, first + 1);
        let (mut second, hello) = back(instance, "staff:a2", &cursor).await;
        assert_eq!(hello["recovered"], true);
        say(&server, first + 2);
        for n in first..first + 3 {
            next_is(&mut second, "newMessage", n).await;
        }
        cursor = second.cursor().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_joins_again_only_what_they_still_may_and_had_not_left() {
    let server = TestServer::start();
    let mut second = server.connect("staff:a2").await;
    for conversation in ["a7-x", "a7-y", "a8-z"] {
        join(&mut second, conversation).await;
    }
    let cursor = second.cursor().unwrap();
    let data = json!({"conversationId": "a7-y"});
    let leave = json!({"event": "leaveConversation", "id": 2, "data": data});
    second.send(&leave).await;
    second.wait_for_ack(2, WAIT).await;
    server.talks.lost.lock().unwrap().push("a7-x".to_owned());
    drop(second);
    let in_conversation = |conversation: &str| Room {
        conversation: conversation.to_owned(),
        ..room(&[])
    };
    for (n, owner, conversation) in [(1, "a7", "a7-x"), (2, "a7", "a7-y"), (3, "a8", "a8-z")] {
        let room = in_conversation(conversation);
        server.publish_in(&[&user_stream(owner)], &json!({"n": n}), &room);
    }
    let (mut second, _) = back(&server, "staff:a2", &cursor).await;
    next_is(&mut second, "newMessage", 3).await;
    // Of another user the session is none.
    let (mut other, _) = {
        let fresh = server.connect("staff:a3").await.cursor().unwrap();
        back(&server, "staff:a3", &fresh).await
    };
    server.publish_in(
        &[&user_stream("a8")],
        &json!({"n": 4}),
        &in_conversation("a8-z"),
    );
    server.publish(&[&StreamId::staff_for("T")], &json!({"n": 5}));
    next_is(&mut other, "ticket.created", 5).await;
    next_is(&mut second, "newMessage", 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_was_lost_and_comes_back_does_not_bring_back_what_was_joined_by_it() {
    let server = TestServer::start();
    let mut second = server.connect("staff:a2").await;
    join(&mut second, "a7-x").await;
    say(&server, 1);
    next_is(&mut second, "newMessage", 1).await;
    let cursor = second.cursor().unwrap();
    drop(second);
    server.talks.lost.lock().unwrap().push("a7-x".to_owned());
    let (second, _) = back(&server, "staff:a2", &cursor).await;
    let cursor = second.cursor().unwrap();
    drop(second);
    say(&server, 2);
    server.talks.lost.lock().unwrap().clear();
    let (mut second, _) = back(&server, "staff:a2", &cursor).await;
    server.publish(&[&StreamId::staff_for("T")], &json!({"n": 3}));
    next_is(&mut second, "ticket.created", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_socket_has_joined_is_kept_as_long_as_it_is_here() {
    let server = TestServer::with(RealtimeSettings {
        joined_renewal: Duration::from_millis(10),
        ..settings()
    });
    let enter = r#"40/messaging,{"token":"staff:a3"}"#;
    let mut raw = Raw::open(&server.address, "/socket.io/?EIO=4&transport=websocket")
        .await
        .unwrap();
    for answered in [None, Some(enter)] {
        if let Some(text) = answered {
            raw.send(text).await;
        }
        raw.text().await;
    }
    raw.event().await;
    raw.send(r#"42/messaging,1["joinConversation",{"conversationId":"a7-x"}]"#)
        .await;
    assert_eq!(raw.text().await, r#"43/messaging,1[{"ok":true}]"#);
    let mut second = server.connect("staff:a2").await;
    join(&mut second, "a7-x").await;
    // Swept, or driven out by many others: as long as its socket is here, that is made good.
    server.talks.joined.lock().unwrap().clear();
    eventually("both are kept again", || {
        server.talks.joined.lock().unwrap().len() == 2
    })
    .await;
    say(&server, 1);
    next_is(&mut second, "newMessage", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_had_joined_something_and_was_forgotten_is_told_to_load_everything_anew() {
    let server = TestServer::start();
    let mut second = server.connect("staff:a2").await;
    let before = second.cursor().unwrap();
    join(&mut second, "a7-x").await;
    join(&mut second, "a7-T").await;
    say(&server, 1);
    next_is(&mut second, "newMessage", 1).await;
    let joined = second.cursor().unwrap();
    for conversation in ["a7-x", "a7-T"] {
        let data = json!({"conversationId": conversation});
        second
            .send(&json!({"event": "leaveConversation", "id": 2, "data": data}))
            .await;
        assert_eq!(second.wait_for_ack(2, WAIT).await["ok"], true);
    }
    drop(second);
    // It has left both, and that is known: nothing is missing.
    let (second, hello) = back(&server, "staff:a2", &joined).await;
    assert_eq!(hello["recovered"], true);
    drop(second);
    server.talks.joined.lock().unwrap().clear();
    let (mut second, hello) = back(&server, "staff:a2", &joined).await;
    assert_eq!(hello["recovered"], false);
    let resync = second.next_event(WAIT).await;
    assert_eq!(resync["data"]["reason"], "expired_cursor");
    // A socket that has joined nothing has nothing to be forgotten.
    let (_, hello) = back(&server, "staff:a2", &before).await;
    assert_eq!(hello["recovered"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_said_in_what_was_joined_is_a_reason_to_load_everything_anew() {
    let server = TestServer::start();
    let mut second = server.connect("staff:a2").await;
    join(&mut second, "a7-x").await;
    let cursor = second.cursor().unwrap();
    drop(second);
    server.publish_numbers("a7", 1..=1_001);
    let (mut second, hello) = back(&server, "staff:a2", &cursor).await;
    assert_eq!(hello["recovered"], false);
    let resync = second.next_event(WAIT).await;
    assert_eq!(resync["data"]["reason"], "too_far_behind");
    // It begins anew, in no conversation.
    say(&server, 1);
    server.publish(&[&StreamId::staff_for("T")], &json!({"n": 2}));
    next_is(&mut second, "ticket.created", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_client_may_ask_again_for_what_was_said_since_it_joined() {
    let server = TestServer::start();
    let mut second = server.connect("staff:a2").await;
    let cursor = second.cursor().unwrap();
    say(&server, 1);
    join(&mut second, "a7-x").await;
    for n in 2..=3 {
        say(&server, n);
        next_is(&mut second, "newMessage", n).await;
    }
    let resume = json!({"event": "resume", "id": 2, "data": {"after": cursor}});
    second.send(&resume).await;
    assert_eq!(second.wait_for_ack(2, WAIT).await["ok"], true);
    say(&server, 4);
    for n in 2..=4 {
        next_is(&mut second, "newMessage", n).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_seen_by_those_who_joined_and_never_by_the_typists_own_devices() {
    let server = TestServer::start();
    let twin = server.beside();
    let mut customer = server.connect("customer:a7").await;
    let mut second = server.connect("staff:a2").await;
    let mut phone = twin.connect("staff:a1").await;
    let mut typist = server.connect("staff:a1").await;
    for client in [&mut customer, &mut second, &mut phone, &mut typist] {
        join(client, "a7-x").await;
    }
    let data = json!({"recipientId": "a7", "isTyping": true});
    let typing = json!({"event": "typing", "id": 2, "data": data});
    typist.send(&typing).await;
    assert_eq!(typist.wait_for_ack(2, WAIT).await["ok"], true);
    for client in [&mut customer, &mut second] {
        let heard = client.next_event(WAIT).await;
        assert_eq!(heard["event"], "userTyping");
        assert_eq!(heard["data"]["userEmail"], "Name of a1");
    }
    for client in [&mut customer, &mut second, &mut phone, &mut typist] {
        client.send(&json!({"event": "ping"})).await;
        assert_eq!(client.next_event(WAIT).await["event"], "pong");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_io_clients_hear_it_keep_their_name_and_are_in_it_again_after_a_cut() {
    let server = TestServer::start();
    let enter = async |auth: Value| {
        let path = "/socket.io/?EIO=4&transport=websocket";
        let mut raw = Raw::open(&server.address, path).await.unwrap();
        raw.text().await;
        raw.send(&format!("40/messaging,{auth}")).await;
        let reply = raw.text().await;
        let reply: Value =
            serde_json::from_str(reply.strip_prefix("40/messaging,").unwrap()).unwrap();
        (raw.event().await, reply, raw)
    };
    let (hello, reply, mut raw) = enter(json!({"token": "staff:a2"})).await;
    raw.send(r#"42/messaging,1["joinConversation",{"conversationId":"a7-x"}]"#)
        .await;
    assert_eq!(raw.text().await, r#"43/messaging,1[{"ok":true}]"#);
    drop(raw);
    say(&server, 1);
    let auth = json!({"token": "staff:a2", "pid": reply["pid"], "offset": hello[2]});
    let (hello, again, mut raw) = enter(auth).await;
    assert_eq!(hello[1]["recovered"], true);
    assert_eq!(
        (&again["sid"], &again["pid"]),
        (&reply["sid"], &reply["pid"])
    );
    assert_eq!(hello[1]["socketId"], reply["sid"]);
    let heard = raw.event().await;
    assert_eq!(heard[0], "newMessage");
    assert_eq!(heard[1], json!({"n": 1, "type": "new_message"}));
}
