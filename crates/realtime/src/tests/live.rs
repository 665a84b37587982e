//! Living sockets: who gets what, and every way a socket ends.

use std::time::Duration;

use serde_json::json;
use shared_kernel::StreamId;

use super::events::user_stream;
use super::server::{TestServer, number, numbers, settings};
use super::wait::{WAIT, eventually};
use super::ws_client::WsClient;
use crate::dialect::ServerEvent;
use crate::hub::rooms::RoomId;
use crate::settings::RealtimeSettings;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_frame_says_who_one_is_and_where() {
    let server = TestServer::start();
    let mut client = WsClient::connect(&server.url, "customer:7").await;
    let hello = client.next_event(WAIT).await;
    assert_eq!(hello["event"], "connected");
    assert_eq!(hello["data"]["userId"], "7");
    assert_eq!(hello["data"]["recovered"], false);
    assert_eq!(hello["data"]["cursor"], hello["cursor"]);
    assert_eq!(hello["data"]["socketId"].as_str().unwrap().len(), 20);
    assert_eq!(server.user_sockets("7"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_a_staff_event_and_a_customer_does_not() {
    let server = TestServer::start();
    let (mut staff, mut customer) = (
        server.connect("staff:1").await,
        server.connect("customer:7").await,
    );
    server.publish(&[&StreamId::staff_for("T-1")], &json!({"n": 1}));
    server.publish_numbers("7", 2..=2);
    assert_eq!(number(&staff.wait_for("ticket.created", WAIT).await), 1);
    assert_eq!(number(&customer.next_event(WAIT).await), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_in_two_streams_is_shown_once() {
    let server = TestServer::start();
    let mut staff = server.connect("staff:1").await;
    server.publish(
        &[&StreamId::staff_for("T-1"), &user_stream("1")],
        &json!({"n": 1}),
    );
    server.publish_numbers("1", 2..=2);
    assert_eq!(numbers(&mut staff, 2).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_devices_each_get_the_event_once() {
    let server = TestServer::start();
    let mut devices = Vec::new();
    for _ in 0..3 {
        devices.push(server.connect("customer:7").await);
    }
    server.publish_numbers("7", 1..=5);
    for device in &mut devices {
        assert_eq!(numbers(device, 5).await, [1, 2, 3, 4, 5]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_stores_carries_no_cursor() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    let typing = ServerEvent {
        name: "userTyping".into(),
        data: json!({"userId": "1"}),
    };
    let rooms = [
        RoomId::User(shared_kernel::UserId::parse("7").unwrap()),
        RoomId::Staff,
    ];
    assert_eq!(server.gateway.hub.broadcast(&rooms, &typing, None), 1);
    let event = client.next_event(WAIT).await;
    assert_eq!(
        event,
        json!({"event": "userTyping", "data": {"userId": "1"}})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_told_4401() {
    let server = TestServer::start();
    let mut client = WsClient::connect(&server.url, "nonsense").await;
    assert_eq!(client.close_code(WAIT).await, 4401);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_ends_the_socket_with_4401() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7:1000").await;
    assert_eq!(client.close_code(WAIT).await, 4401);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_token_of_the_same_person_keeps_the_socket() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7:2000").await;
    client
        .send(&json!({"event": "auth", "id": 1, "data": {"token": "customer:8"}}))
        .await;
    assert_eq!(
        client.wait_for("exception", WAIT).await["data"]["code"],
        "identity_mismatch"
    );
    client
        .send(&json!({"event": "auth", "id": 2, "data": {"token": "customer:7"}}))
        .await;
    assert_eq!(client.wait_for_ack(2, WAIT).await["ok"], true);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    client.send(&json!({"event": "ping"})).await;
    client.wait_for("pong", WAIT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_come_in_every_documented_way() {
    let server = TestServer::start();
    let in_query = format!("{}?token=customer:7", server.url);
    WsClient::connect_bare(&in_query)
        .await
        .wait_for("connected", WAIT)
        .await;

    let mut by_protocol = WsClient::connect_with(
        &server.url,
        &[("Sec-WebSocket-Protocol", "bearer, staff-token")],
    )
    .await
    .unwrap();
    assert_eq!(by_protocol.close_code(WAIT).await, 4401);

    let mut by_frame = WsClient::connect_bare(&server.url).await;
    by_frame.send(&json!({"event": "typing", "data": {}})).await;
    assert_eq!(
        by_frame.next_event(WAIT).await["data"]["code"],
        "not_authenticated"
    );
    by_frame
        .send(&json!({"event": "auth", "data": {"token": "customer:7"}}))
        .await;
    by_frame.wait_for("connected", WAIT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_nothing_in_it_is_none_wherever_it_stands() {
    let server = TestServer::start();
    let blank = format!("{}?token=%20", server.url);
    let mut client = WsClient::connect_bare(&blank).await;
    for nothing in [
        json!({"token": ""}),
        json!({"token": " \u{200b}"}),
        json!({"token": null}),
        json!({}),
    ] {
        client
            .send(&json!({"event": "auth", "data": nothing}))
            .await;
        let told = client.wait_for("exception", WAIT).await;
        assert_eq!(told["data"]["code"], "bad_payload", "{nothing}");
    }
    let good = json!({"event": "auth", "data": {"token": "customer:7"}});
    client.send(&good).await;
    client.wait_for("connected", WAIT).await;
    // Nobody loses a socket by it either.
    client
        .send(&json!({"event": "auth", "data": {"token": " "}}))
        .await;
    let told = client.wait_for("exception", WAIT).await;
    assert_eq!(told["data"]["code"], "bad_payload");
    client.send(&json!({"event": "ping"})).await;
    client.wait_for("pong", WAIT).await;
    // Beside the subprotocol, nothing does not hide the token of the query.
    let in_query = format!("{}?token=customer:7", server.url);
    let empty = [("Sec-WebSocket-Protocol", "bearer, ")];
    let mut client = WsClient::connect_with(&in_query, &empty).await.unwrap();
    client.wait_for("connected", WAIT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stranger_is_closed_after_the_wait() {
    let auth_wait = Duration::from_millis(100);
    let server = TestServer::with(RealtimeSettings {
        auth_wait,
        ..settings()
    });
    let mut client = WsClient::connect_bare(&server.url).await;
    assert_eq!(client.close_code(WAIT).await, 4408);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_answers_no_ping_is_given_up() {
    // The other one must have time to answer.
    let (ping_interval, ping_timeout) = (Duration::from_millis(50), Duration::from_secs(2));
    let server = TestServer::with(RealtimeSettings {
        ping_interval,
        ping_timeout,
        ..settings()
    });
    let mut answering = server.connect("customer:8").await;
    let _deaf = server.connect("customer:7").await;
    // Only a client that reads answers pings.
    let reading = tokio::spawn(async move { answering.close_code(WAIT).await });
    eventually("the deaf peer is gone", || server.user_sockets("7") == 0).await;
    assert_eq!(server.user_sockets("8"), 1);
    reading.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_and_unknown_frames_are_answered_and_the_socket_stays() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    for text in [
        "",
        "{",
        "[]",
        "[{}]",
        "null",
        r#"{"event":7}"#,
        r#"{"data":{}}"#,
    ] {
        client.send_text(text).await;
        let exception = client.next_event(WAIT).await;
        assert_eq!(exception["event"], "exception", "{text}");
        assert_eq!(exception["data"]["status"], "error");
        assert_eq!(exception["data"]["code"], "malformed_frame");
    }
    for name in ["__proto__", "constructor", "connect", "disconnect", "error"] {
        client.send(&json!({"event": name, "id": "a"})).await;
        assert_eq!(
            client.next_event(WAIT).await["data"]["code"],
            "unknown_event"
        );
        let ack = client.next_event(WAIT).await;
        assert_eq!((&ack["event"], &ack["id"]), (&json!("ack"), &json!("a")));
        assert_eq!(ack["data"]["error"]["code"], "unknown_event");
    }
    client.send(&json!({"event": "ping", "id": 1})).await;
    client.wait_for("pong", WAIT).await;
    assert_eq!(client.wait_for_ack(1, WAIT).await["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_frame_closes_with_1003() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    client.send_binary(vec![1, 2, 3]).await;
    assert_eq!(client.close_code(WAIT).await, 1003);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_above_the_limit_closes_with_1009() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    client.send_text(&"x".repeat(64 * 1024 + 1)).await;
    assert_eq!(client.close_code(WAIT).await, 1009);
    // What the server cannot understand it reads to the end.
    drop(client);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_are_one_frame_and_share_its_limit() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    client
        .send_fragments(&[r#"{"event""#, "", r#":"ping"}"#])
        .await;
    client.wait_for("pong", WAIT).await;
    let half = "x".repeat(40 * 1024);
    client.send_fragments(&[&half, &half]).await;
    assert_eq!(client.close_code(WAIT).await, 1009);
    drop(client);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_or_vanishes_is_forgotten() {
    let server = TestServer::start();
    let mut polite = server.connect("customer:7").await;
    let abrupt = server.connect("customer:8").await;
    let stranger = WsClient::connect_bare(&server.url).await;
    polite.leave().await;
    drop((abrupt, stranger));
    server.nobody_is_left().await;
}
