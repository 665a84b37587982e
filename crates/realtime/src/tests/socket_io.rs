//! The product's namespace on the wire.

use std::time::Duration;

use serde_json::{Value, json};
use shared_kernel::StreamId;
use sockets::CloseReason;

use super::events::user_stream;
use super::raw::{Came, Polling, Raw, request};
use super::server::{TestServer, settings};
use super::wait::{WAIT, eventually};
use crate::settings::{RealtimeLimits, RealtimeSettings};

const PATH: &str = "/socket.io/";
const WEBSOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

async fn websocket(address: &str) -> Raw {
    let mut raw = Raw::open(address, WEBSOCKET).await.unwrap();
    assert!(raw.text().await.starts_with('0'));
    raw
}

fn parse(text: &str, prefix: &str) -> Value {
    let rest = text
        .strip_prefix(prefix)
        .unwrap_or_else(|| panic!("{text}"));
    serde_json::from_str(rest).unwrap()
}

/// Enters `/messaging`; answers the CONNECT reply and the `connected` event.
async fn enter(server: &TestServer, auth: &Value) -> (Raw, Value, Value) {
    let mut raw = websocket(&server.address).await;
    raw.send(&format!("40/messaging,{auth}")).await;
    let reply = parse(&raw.text().await, "40/messaging,");
    let hello = raw.event().await;
    (raw, reply, hello)
}

fn token(token: &str) -> Value {
    json!({"token": token})
}

async fn numbers(raw: &mut Raw, count: usize) -> (Vec<u64>, String) {
    let (mut got, mut offset) = (Vec::new(), String::new());
    while got.len() < count {
        let event = raw.event().await;
        assert_eq!(event[0], "ticket.created");
        got.push(event[1]["n"].as_u64().unwrap());
        event[2].as_str().unwrap().clone_into(&mut offset);
    }
    (got, offset)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_greeting_brings_the_first_offset() {
    let server = TestServer::start();
    let (_raw, reply, hello) = enter(&server, &token("customer:7")).await;
    assert_eq!(reply["sid"].as_str().unwrap().len(), 20);
    assert_eq!(reply["pid"].as_str().unwrap().len(), 28);
    assert_eq!(hello[0], "connected");
    assert_eq!(hello[1]["userId"], "7");
    assert_eq!(hello[1]["socketId"], reply["sid"]);
    assert_eq!(hello[1]["recovered"], false);
    assert_eq!(hello[1]["cursor"], hello[2]);
    assert_eq!(server.user_sockets("7"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn logged_events_end_with_their_offset_and_others_with_their_payload() {
    let server = TestServer::start();
    let (mut staff, _, _) = enter(&server, &token("staff:1")).await;
    server.publish(
        &[&StreamId::staff_for("T"), &user_stream("1")],
        &json!({"n": 1}),
    );
    let event = staff.event().await;
    assert_eq!(event[1], json!({"n": 1, "type": "ticket.created"}));
    assert_eq!(event.as_array().unwrap().len(), 3);
    staff.send(r#"42/messaging,["ping"]"#).await;
    assert_eq!(staff.event().await, json!(["pong", {}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_dialects_share_users_and_events() {
    let server = TestServer::start();
    let mut native = server.connect("customer:7").await;
    let (mut raw, _, _) = enter(&server, &token("customer:7")).await;
    assert_eq!(server.user_sockets("7"), 2);
    server.publish_numbers("7", 1..=3);
    assert_eq!(numbers(&mut raw, 3).await.0, [1, 2, 3]);
    assert_eq!(super::server::numbers(&mut native, 3).await, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_come_in_the_payload_the_query_or_the_header() {
    let server = TestServer::start();
    let header = [("authorization", "Bearer customer:7")];
    let in_query = format!("{WEBSOCKET}&token=customer:7");
    for opened in [
        Raw::open(&server.address, &in_query).await,
        Raw::open_with(&server.address, WEBSOCKET, &header).await,
    ] {
        let mut raw = opened.unwrap();
        assert!(raw.text().await.starts_with('0'));
        raw.send("40/messaging").await;
        parse(&raw.text().await, "40/messaging,");
        assert_eq!(raw.event().await[1]["userId"], "7");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_told_why_and_may_be_mended() {
    let server = TestServer::start();
    let mut raw = websocket(&server.address).await;
    for (auth, code) in [
        (token("nonsense"), "invalid_token"),
        (json!({}), "unauthorized"),
        (json!({"token": 7}), "unauthorized"),
        (token("customer:7:0"), "token_expired"),
    ] {
        raw.send(&format!("40/messaging,{auth}")).await;
        let error = parse(&raw.text().await, "44/messaging,");
        assert_eq!(error["message"], "unauthorized");
        assert_eq!(error["data"]["code"], code);
    }
    assert_eq!(server.user_sockets("7"), 0);
    raw.send(&format!("40/messaging,{}", token("customer:7")))
        .await;
    parse(&raw.text().await, "40/messaging,");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_user_has_only_so_many_connections() {
    let limits = RealtimeLimits {
        per_user: 1,
        ..RealtimeLimits::default()
    };
    let server = TestServer::with(RealtimeSettings {
        limits,
        ..settings()
    });
    let (_first, _, _) = enter(&server, &token("customer:7")).await;
    let mut second = websocket(&server.address).await;
    second
        .send(&format!("40/messaging,{}", token("customer:7")))
        .await;
    let error = parse(&second.text().await, "44/messaging,");
    assert_eq!(error["data"]["code"], "too_many_connections");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_comes_back_gets_what_it_missed_and_keeps_its_pid() {
    let server = TestServer::start();
    let (mut raw, reply, _) = enter(&server, &token("customer:7")).await;
    server.publish_numbers("7", 1..=2);
    let (_, offset) = numbers(&mut raw, 2).await;
    drop(raw);
    server.publish_numbers("7", 3..=40);
    // Another instance, which has never seen this client, can do it too.
    for instance in [&server, &server.beside()] {
        let auth = json!({"token": "customer:7", "pid": reply["pid"], "offset": offset});
        let (mut raw, again, hello) = enter(instance, &auth).await;
        assert_eq!(again["pid"], reply["pid"]);
        assert_eq!(hello[1]["recovered"], true);
        assert_eq!(numbers(&mut raw, 38).await.0, (3..=40).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recovered_gets_a_new_pid_and_the_reason() {
    let server = TestServer::start();
    let (mine_open, mine, hello) = enter(&server, &token("customer:7")).await;
    let (others_open, others, others_hello) = enter(&server, &token("customer:8")).await;
    drop((mine_open, others_open));
    server.nobody_is_left().await;
    server.publish_numbers("7", 1..=1_001);
    for (pid, offset, reason) in [
        (&mine["pid"], &hello[2], "too_far_behind"),
        (&others["pid"], &hello[2], "foreign_cursor"),
        (&mine["pid"], &others_hello[2], "foreign_cursor"),
        (&mine["pid"], &json!("rubbish"), "malformed_cursor"),
        (&mine["pid"], &Value::Null, "foreign_cursor"),
        (&json!("rubbish"), &hello[2], "foreign_cursor"),
    ] {
        let auth = json!({"token": "customer:7", "pid": pid, "offset": offset});
        let (mut raw, reply, hello) = enter(&server, &auth).await;
        assert_ne!(&reply["pid"], pid);
        assert_eq!(hello[1]["recovered"], false);
        let resync = raw.event().await;
        assert_eq!(
            (&resync[0], &resync[1]["reason"]),
            (&json!("resyncRequired"), &json!(reason))
        );
        // The fresh offset is good, and live events go on.
        let offset = resync[2].as_str().unwrap();
        let auth = json!({"token": "customer:7", "pid": reply["pid"], "offset": offset});
        assert_eq!(enter(&server, &auth).await.2[1]["recovered"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_connection_is_closed_for_closes_its_transport() {
    let server = TestServer::start();
    let (mut expiring, _, _) = enter(&server, &token("customer:7:1000")).await;
    assert_eq!(expiring.close_code().await, 4401);
    for (reason, code) in [
        (CloseReason::SlowConsumer, 1013),
        (CloseReason::Restart, 1012),
    ] {
        let (mut raw, _, _) = enter(&server, &token("customer:7")).await;
        for connection in server.gateway.hub.connections() {
            connection.outbox.close(reason.clone());
        }
        assert_eq!(raw.close_code().await, code);
        server.nobody_is_left().await;
    }
    let expiring = Polling::open(&server.address, PATH).await;
    expiring
        .post(&format!("40/messaging,{}", token("customer:7:150")))
        .await;
    let mut last = String::new();
    while !last.ends_with('1') || last.ends_with("\"1") {
        let polled = expiring.poll().await;
        assert_eq!(polled.status, 200);
        last = polled.body;
    }
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_the_namespace_keeps_the_connection_and_forgets_the_user() {
    let server = TestServer::start();
    let (mut raw, first, _) = enter(&server, &token("customer:7")).await;
    raw.send("41/messaging,").await;
    eventually("the user is gone", || server.user_sockets("7") == 0).await;
    server.publish_numbers("7", 1..=1);
    raw.send(&format!("40/messaging,{}", token("customer:8")))
        .await;
    let second = parse(&raw.text().await, "40/messaging,");
    assert_ne!(first["sid"], second["sid"]);
    assert_eq!(raw.event().await[1]["userId"], "8");
    drop(raw);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_sends_everybody_back_also_those_in_no_namespace() {
    let server = TestServer::start();
    let (mut inside, _, _) = enter(&server, &token("customer:7")).await;
    let mut outside = websocket(&server.address).await;
    let polling = Polling::open(&server.address, PATH).await;
    let gateway = server.gateway.clone();
    let drained = tokio::spawn(async move { gateway.drain(Duration::from_millis(50)).await });
    assert_eq!(inside.close_code().await, 1012);
    assert_eq!(outside.close_code().await, 1012);
    assert_eq!(polling.poll().await.body, "1");
    tokio::time::timeout(WAIT, drained).await.unwrap().unwrap();
    assert_eq!(Raw::open(&server.address, WEBSOCKET).await.err(), Some(503));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_is_turned_away_from_every_transport() {
    let server = TestServer::start();
    let evil = [("origin", "https://evil.example")];
    assert_eq!(
        Raw::open_with(&server.address, WEBSOCKET, &evil)
            .await
            .err(),
        Some(403)
    );
    let polling = Polling::open(&server.address, PATH).await;
    let upgrade = polling.target("websocket");
    assert_eq!(
        Raw::open_with(&server.address, &upgrade, &evil).await.err(),
        Some(403)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn caps_count_polling_sessions_and_their_places_come_back() {
    let limits = RealtimeLimits {
        per_ip: 1,
        ..RealtimeLimits::default()
    };
    let server = TestServer::with(RealtimeSettings {
        limits,
        ..settings()
    });
    let polling = Polling::open(&server.address, PATH).await;
    let path = format!("{PATH}?EIO=4&transport=polling");
    assert_eq!(request(&server.address, "GET", &path, "").await.status, 429);
    // An upgrade is the same session.
    let mut raw = polling.websocket().await;
    raw.send("2probe").await;
    assert_eq!(raw.text().await, "3probe");
    raw.send("5").await;
    raw.send(&format!("40/messaging,{}", token("customer:7")))
        .await;
    parse(&raw.text().await, "40/messaging,");
    drop(raw);
    server.nobody_is_left().await;
    eventually("its place is free", || {
        server.socket_io.session_count() == 0
    })
    .await;
    Polling::open(&server.address, PATH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_is_refused_and_the_connection_stays() {
    let server = TestServer::start();
    let (mut raw, _, _) = enter(&server, &token("customer:7")).await;
    raw.send(r#"451-/messaging,3["typing",{"_placeholder":true,"num":0}]"#)
        .await;
    raw.send_binary(&[1, 2]).await;
    let exception = raw.event().await;
    assert_eq!(exception[1]["status"], "error");
    assert_eq!(exception[1]["code"], "binary_not_supported");
    let ack = parse(&raw.text().await, "43/messaging,3");
    assert_eq!(ack[0]["error"]["code"], "binary_not_supported");
    raw.send(r#"42/messaging,4["ping"]"#).await;
    assert_eq!(raw.event().await[0], "pong");
    assert_eq!(raw.text().await, r#"43/messaging,4[{"ok":true}]"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_first_refused_and_then_closed() {
    let server = TestServer::start();
    let (mut raw, _, _) = enter(&server, &token("customer:7")).await;
    for _ in 0..200 {
        raw.send(r#"42/messaging,["ping"]"#).await;
    }
    let mut refused = false;
    let code = loop {
        match raw.came().await {
            Came::Text(text) => refused |= text.contains("too_many_events"),
            Came::Binary(_) => {}
            Came::Closed(code) => break code,
        }
    };
    assert!(refused);
    assert_eq!(code, 4429);
}
