//! Engine.IO over HTTP long-polling.

use std::time::{Duration, Instant};

use super::raw::{Polling, begin, request};
use super::server::{EchoServer, engine_settings, quick_heartbeat};
use super::wait::{WAIT, eventually};
use crate::engine_io::EngineSettings;

const PATH: &str = "/engine.io/";

async fn open(server: &EchoServer) -> Polling {
    Polling::open(&server.address, PATH).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_holds_several_packets_and_bytes_as_base64() {
    let server = EchoServer::engine(engine_settings());
    let polling = open(&server).await;
    for body in ["4hello", "4a\u{1e}4é\u{1e}4c", "4hello\u{1e}bAQIDBA=="] {
        let posted = polling.post(body).await;
        assert_eq!((posted.status, posted.body.as_str()), (200, "ok"));
        assert_eq!(polling.poll().await.body, body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_waits_until_there_is_something() {
    let server = EchoServer::engine(engine_settings());
    let polling = open(&server).await;
    let later = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        polling.post("4later").await
    };
    let start = Instant::now();
    let (polled, _) = tokio::join!(polling.poll(), later);
    assert_eq!(polled.body, "4later");
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_payload_ends_the_session() {
    let server = EchoServer::engine(engine_settings());
    for bad in ["abc", "", "4a\u{1e}", "2", "b*", "4a\u{1e}0"] {
        let polling = open(&server).await;
        assert_eq!(polling.post(bad).await.status, 400, "{bad}");
        assert_eq!(polling.poll().await.status, 400, "{bad}");
    }
    eventually("no session is left", || server.session_count() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_above_max_payload_is_refused_and_the_session_stays() {
    let server = EchoServer::engine(engine_settings());
    let polling = open(&server).await;
    assert_eq!(
        polling
            .post(&format!("4{}", "x".repeat(1_000)))
            .await
            .status,
        413
    );
    assert_eq!(polling.post("4hello").await.status, 200);
    assert_eq!(polling.poll().await.body, "4hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_polls_at_once_end_the_session() {
    let server = EchoServer::engine(engine_settings());
    let polling = open(&server).await;
    let (one, other) = tokio::join!(polling.poll(), polling.poll());
    // Whichever came first is told; the one that broke the rule is refused.
    let (told, refused) = match one.status {
        200 => (one, other),
        _ => (other, one),
    };
    assert_eq!((told.status, told.body.as_str()), (200, "1"));
    assert_eq!(refused.status, 400);
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_whose_client_hangs_up_ends_the_session() {
    let server = EchoServer::engine(engine_settings());
    let polling = open(&server).await;
    let waiting = begin(&server.address, "GET", &polling.target("polling"), "").await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    drop(waiting);
    eventually("the session is gone", || server.session_count() == 0).await;
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_goodbye_frees_the_poll_whichever_comes_first() {
    let server = EchoServer::engine(engine_settings());
    for goodbye_is_first in [true, false] {
        let polling = open(&server).await;
        let (posted, polled) = if goodbye_is_first {
            (polling.post("1").await, polling.poll().await)
        } else {
            // A poll that is late all the same is the other case.
            let goodbye = async {
                tokio::time::sleep(Duration::from_millis(30)).await;
                polling.post("1").await
            };
            tokio::join!(goodbye, polling.poll())
        };
        assert_eq!(posted.status, 200);
        assert_eq!((polled.status, polled.body.as_str()), (200, "6"));
        assert_eq!(polling.poll().await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heartbeat_goes_through_polls() {
    let server = EchoServer::engine(quick_heartbeat(WAIT));
    let polling = open(&server).await;
    for _ in 0..3 {
        assert_eq!(polling.poll().await.body, "2");
        assert_eq!(polling.post("3").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_session_is_over_at_the_interval_and_the_timeout() {
    let settings = quick_heartbeat(Duration::from_millis(100));
    let silence = settings.ping_interval + settings.ping_timeout;
    let server = EchoServer::engine(settings);
    let begun = Instant::now();
    let polling = open(&server).await;
    eventually("the session is gone", || server.session_count() == 0).await;
    assert!(begun.elapsed() >= silence);
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_nobody_fetches_are_bounded() {
    let settings = EngineSettings {
        max_waiting_bytes: 3_000,
        ..engine_settings()
    };
    let server = EchoServer::engine(settings);
    let polling = open(&server).await;
    let body = format!("4{}", "x".repeat(900));
    for _ in 0..4 {
        polling.post(&body).await;
    }
    // What waits, and then the goodbye.
    assert!(polling.poll().await.body.ends_with("\u{1e}1"));
    eventually("the session is gone", || server.session_count() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_the_protocol_does_not_know_are_refused() {
    let server = EchoServer::engine(engine_settings());
    let polling = open(&server).await;
    for method in ["PUT", "DELETE"] {
        let answer = request(&server.address, method, &polling.target("polling"), "").await;
        assert_eq!(answer.status, 400);
    }
    polling.post("4hello").await;
    assert_eq!(polling.poll().await.body, "4hello");
}
