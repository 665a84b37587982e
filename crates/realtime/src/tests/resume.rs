//! Coming back with a cursor.

use serde_json::json;
use shared_kernel::StreamId;

use super::events::user_stream;
use super::server::{TestServer, number, numbers};
use super::wait::WAIT;
use super::ws_client::WsClient;

/// Comes back and answers whether the server called it a recovery.
async fn back(server: &TestServer, token: &str, cursor: &str) -> (WsClient, bool) {
    let mut client = WsClient::connect_after(&server.url, token, cursor).await;
    let hello = client.next_event(WAIT).await;
    (client, hello["data"]["recovered"] == true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_slept_gets_exactly_what_it_missed() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    server.publish_numbers("7", 1..=3);
    assert_eq!(numbers(&mut client, 2).await, [1, 2]);
    let cursor = client.cursor().unwrap();
    drop(client);
    server.nobody_is_left().await;
    server.publish_numbers("7", 4..=6);
    let (mut client, recovered) = back(&server, "customer:7", &cursor).await;
    assert!(recovered);
    server.publish_numbers("7", 7..=7);
    assert_eq!(numbers(&mut client, 5).await, [3, 4, 5, 6, 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_get_what_they_missed_of_all_streams_once() {
    let server = TestServer::start();
    let cursor = server.connect("staff:1").await.cursor().unwrap();
    for n in 1..=20 {
        let staff = StreamId::staff_for(&format!("T-{n}"));
        server.publish(&[&staff, &user_stream("1")], &json!({"n": n}));
    }
    let (mut client, recovered) = back(&server, "staff:1", &cursor).await;
    assert!(recovered);
    server.publish_numbers("1", 21..=21);
    let mut got = numbers(&mut client, 21).await;
    got.sort_unstable();
    assert_eq!(got, (1..=21).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_committed_while_a_client_comes_back_come_once_and_in_order() {
    let server = TestServer::start();
    let cursor = server.connect("customer:7").await.cursor().unwrap();
    server.publish_numbers("7", 1..=100);
    let publishing = async {
        for n in 101..=200 {
            server.publish_numbers("7", n..=n);
            tokio::task::yield_now().await;
        }
    };
    let (client, ()) = tokio::join!(back(&server, "customer:7", &cursor), publishing);
    let (mut client, recovered) = client;
    assert!(recovered);
    assert_eq!(
        numbers(&mut client, 200).await,
        (1..=200).collect::<Vec<_>>()
    );
}

async fn is_refused(server: &TestServer, token: &str, cursor: &str, reason: &str) {
    let (mut client, recovered) = back(server, token, cursor).await;
    assert!(!recovered);
    let refusal = client.next_event(WAIT).await;
    assert_eq!(refusal["event"], "resyncRequired");
    assert_eq!(refusal["data"]["reason"], reason);
    // The fresh cursor is good, and live events go on.
    assert_eq!(refusal["data"]["cursor"], refusal["cursor"]);
    server.publish_numbers("7", 1_000_000..=1_000_000);
    assert_eq!(number(&client.next_event(WAIT).await), 1_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_cannot_be_served_is_refused_openly() {
    let server = TestServer::start();
    server.publish_numbers("7", 1..=3);
    let others = server.connect("customer:8").await.cursor().unwrap();
    is_refused(&server, "customer:7", &others, "foreign_cursor").await;
    is_refused(&server, "customer:7", "rubbish", "malformed_cursor").await;

    let cursor = server.connect("customer:7").await.cursor().unwrap();
    server.publish_numbers("7", 6..=10);
    server.log.cut_before(&user_stream("7"), 9);
    is_refused(&server, "customer:7", &cursor, "expired_cursor").await;
    let cursor = server.connect("customer:7").await.cursor().unwrap();
    server.publish_numbers("7", 1..=1_001);
    is_refused(&server, "customer:7", &cursor, "too_far_behind").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_log_is_replaced_clients_are_sent_back_to_resync() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    let cursor = client.cursor().unwrap();
    server.log.replace(&user_stream("7"));
    server.relay.compare_all();
    assert_eq!(client.close_code(WAIT).await, 1012);
    is_refused(&server, "customer:7", &cursor, "foreign_cursor").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_client_may_ask_again_for_what_came_after_a_cursor() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    let cursor = client.cursor().unwrap();
    server.publish_numbers("7", 1..=3);
    assert_eq!(numbers(&mut client, 3).await, [1, 2, 3]);
    client
        .send(&json!({"event": "resume", "id": 1, "data": {"after": cursor}}))
        .await;
    assert_eq!(client.wait_for_ack(1, WAIT).await["ok"], true);
    server.publish_numbers("7", 4..=4);
    assert_eq!(numbers(&mut client, 4).await, [1, 2, 3, 4]);
    client
        .send(&json!({"event": "resume", "id": 2, "data": {"after": "rubbish"}}))
        .await;
    client.wait_for("resyncRequired", WAIT).await;
    let ack = client.wait_for_ack(2, WAIT).await;
    assert_eq!(ack["error"]["code"], "resync_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auth_frame_may_bring_the_cursor() {
    let server = TestServer::start();
    let cursor = server.connect("customer:7").await.cursor().unwrap();
    server.publish_numbers("7", 1..=2);
    let mut client = WsClient::connect_bare(&server.url).await;
    let data = json!({"token": "customer:7", "after": cursor});
    client.send(&json!({"event": "auth", "data": data})).await;
    assert_eq!(numbers(&mut client, 2).await, [1, 2]);
}
