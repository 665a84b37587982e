//! Caps, floods, slow readers, draining.

use std::time::{Duration, Instant};

use serde_json::json;

use super::events::user_stream;
use super::server::{TestServer, number, settings};
use super::wait::{WAIT, eventually};
use super::ws_client::WsClient;
use crate::hub::outbox::OutboxLimits;
use crate::settings::{RealtimeLimits, RealtimeSettings};

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_dropped_and_the_others_get_everything() {
    let outbox = OutboxLimits {
        frames: 64,
        bytes: 16 * 1024 * 1024,
    };
    let server = TestServer::with(RealtimeSettings {
        outbox,
        // It reads no goodbye either.
        close_wait: Duration::from_millis(500),
        ..settings()
    });
    let mut healthy = server.connect("customer:1").await;
    let mut stalled = server.connect("customer:2").await;
    let padding = "x".repeat(100_000);
    let mut sent = 0;
    while server.user_sockets("2") > 0 {
        sent += 1;
        assert!(sent < 1_000, "the slow reader was never dropped");
        let payload = json!({"n": sent, "padding": padding});
        server.publish(&[&user_stream("1"), &user_stream("2")], &payload);
        assert_eq!(
            number(&healthy.wait_for("ticket.created", WAIT).await),
            sent
        );
    }
    eventually("its task is gone", || {
        server.gateway.hub.connection_count() == 1
    })
    .await;

    // It comes back with the last cursor it read and is missing nothing.
    assert_eq!(number(&stalled.wait_for("ticket.created", WAIT).await), 1);
    let cursor = stalled.cursor().unwrap();
    drop(stalled);
    let mut back = WsClient::connect_after(&server.url, "customer:2", &cursor).await;
    for expected in 2..=sent {
        assert_eq!(
            number(&back.wait_for("ticket.created", WAIT).await),
            expected
        );
    }
}

/// Connections to this port that the kernel still keeps, on the server's side.
#[cfg(target_os = "linux")]
fn kept_by_the_kernel(address: &str) -> usize {
    const LISTENS: &str = "0A";
    let port: u16 = address.rsplit(':').next().unwrap().parse().unwrap();
    let local = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let entries = table.lines().skip(1).filter(|line| {
        let mut words = line.split_whitespace().skip(1);
        let is_ours = words.next().is_some_and(|from| from.ends_with(&local));
        is_ours && words.nth(1) != Some(LISTENS)
    });
    entries.count()
}

/// Even the close frame cannot be written to it, so its connection does not wait for that.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_reader_that_takes_nothing_has_no_connection_long_before_the_kernel_ends_it() {
    let outbox = OutboxLimits {
        frames: 64,
        bytes: 16 * 1024 * 1024,
    };
    let server = TestServer::with(RealtimeSettings {
        outbox,
        close_wait: RealtimeSettings::default().close_wait,
        ..settings()
    });
    let mut stock = super::raw::Raw::open(&server.address, "/socket.io/?EIO=4&transport=websocket")
        .await
        .unwrap();
    stock.send("40/messaging,{\"token\":\"customer:2\"}").await;
    let _native = server.connect("customer:2").await;
    eventually("both are here", || server.user_sockets("2") == 2).await;
    let padding = "x".repeat(100_000);
    while server.user_sockets("2") > 0 {
        server.publish(&[&user_stream("2")], &json!({"padding": padding}));
        tokio::task::yield_now().await;
    }
    let dropped = Instant::now();
    eventually("no connection is left", || {
        kept_by_the_kernel(&server.address) == 0
    })
    .await;
    let lingered = dropped.elapsed();
    // The wait for the goodbye is one second here, the kernel's for an answer twenty.
    assert!(lingered < Duration::from_secs(10), "{lingered:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_first_refused_and_then_closed_with_4429() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    for _ in 0..200 {
        client.send(&json!({"event": "ping"})).await;
    }
    let refused = client.wait_for("exception", WAIT).await;
    assert_eq!(refused["data"]["code"], "too_many_events");
    assert_eq!(client.close_code(WAIT).await, 4429);
    server.nobody_is_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caps_hold_per_user_per_address_and_for_the_process() {
    let cap = |per_user, per_ip, per_process| {
        let limits = RealtimeLimits {
            limits_enabled: true,
            per_user,
            per_ip,
            per_process,
        };
        TestServer::with(RealtimeSettings {
            limits,
            ..settings()
        })
    };
    let server = cap(1, 9, 9);
    let first = server.connect("customer:7").await;
    let mut second = WsClient::connect(&server.url, "customer:7").await;
    assert_eq!(second.close_code(WAIT).await, 4429);
    drop(first);
    server.nobody_is_left().await;
    server.connect("customer:7").await;

    for (server, status) in [(cap(9, 1, 9), 429), (cap(9, 9, 1), 503)] {
        let _first = server.connect("customer:7").await;
        assert_eq!(
            WsClient::connect_with(&server.url, &[]).await.err(),
            Some(status)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_is_turned_away() {
    let server = TestServer::start();
    let evil = WsClient::connect_with(&server.url, &[("Origin", "https://evil.example")]).await;
    assert_eq!(evil.err(), Some(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_closes_everybody_evenly_with_1012_and_lets_nobody_in() {
    let server = TestServer::start();
    let mut clients = Vec::new();
    for user in 0..4 {
        clients.push(server.connect(&format!("customer:{user}")).await);
    }
    let stranger = WsClient::connect_bare(&server.url).await;
    let (over, start) = (Duration::from_secs(2), Instant::now());
    let gateway = server.gateway.clone();
    let drained = tokio::spawn(async move { gateway.drain(over).await });
    let closing = clients.iter_mut().map(|client| async move {
        assert_eq!(client.close_code(WAIT).await, 1012);
        start.elapsed()
    });
    let closed_at = futures_util::future::join_all(closing).await;
    let (first, last) = (
        closed_at.iter().min().unwrap(),
        closed_at.iter().max().unwrap(),
    );
    assert!(
        *last > *first + over / 10,
        "all closed at once: {closed_at:?}"
    );
    drop(stranger);
    drained.await.unwrap();
    server.nobody_is_left().await;
    assert_eq!(
        WsClient::connect_with(&server.url, &[]).await.err(),
        Some(503)
    );
}

/// The codec looks at a frame's length only when the whole frame is there, so nothing of one that
/// announces too much may be kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_announces_too_much_is_refused_before_it_has_come() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let server = TestServer::start();
    for path in ["/ws/messaging", "/socket.io/?EIO=4&transport=websocket"] {
        let mut stream = tokio::net::TcpStream::connect(&server.address)
            .await
            .unwrap();
        let handshake = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            server.address
        );
        stream.write_all(handshake.as_bytes()).await.unwrap();
        let mut frame = vec![0x81, 0xff];
        frame.extend_from_slice(&(1_u64 << 40).to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        stream.write_all(&frame).await.unwrap();
        let mut heard = Vec::new();
        let code = 1009_u16.to_be_bytes();
        let answered = async {
            while !heard.windows(2).any(|two| two == code) {
                assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0, "{heard:?}");
            }
        };
        tokio::time::timeout(WAIT, answered)
            .await
            .unwrap_or_else(|_| panic!("{path} goes on"));
    }
}
