//! Engine.IO on the wire: handshakes, WebSocket, heartbeat, upgrade.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::raw::{Came, Polling, Raw, request};
use super::server::{EchoServer, engine_settings, quick_heartbeat};
use super::wait::{WAIT, eventually};
use crate::engine_io::{EngineSettings, FloodLimit};

const PATH: &str = "/engine.io/";
const WEBSOCKET: &str = "/engine.io/?EIO=4&transport=websocket";

async fn websocket(server: &EchoServer) -> Raw {
    let mut raw = Raw::open(&server.address, WEBSOCKET).await.unwrap();
    assert!(raw.text().await.starts_with('0'));
    raw
}

fn text(text: &str) -> Came {
    Came::Text(text.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_packet_says_exactly_what_the_protocol_names() {
    let server = EchoServer::engine(engine_settings());
    let path = "/engine.io/?EIO=4&transport=polling";
    let polled = request(&server.address, "GET", path, "").await;
    assert!(polled.head.contains("content-type: text/plain"));
    let mut raw = Raw::open(&server.address, WEBSOCKET).await.unwrap();
    for (open, upgrades) in [(polled.body, 1), (raw.text().await, 0)] {
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        let mut names: Vec<_> = open.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(
            names,
            [
                "maxPayload",
                "pingInterval",
                "pingTimeout",
                "sid",
                "upgrades"
            ]
        );
        assert_eq!(open["upgrades"].as_array().unwrap().len(), upgrades);
        assert_eq!(open["pingInterval"], 25_000);
        assert_eq!(open["maxPayload"], 1_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_handshake_is_refused_with_the_protocols_numbers() {
    let server = EchoServer::engine(engine_settings());
    let unknown = "AAAAAAAAAAAAAAAA";
    for (method, query, code) in [
        ("GET", "EIO=4", 0),
        ("GET", "EIO=4&transport=carrier", 0),
        ("GET", &format!("EIO=4&transport=polling&sid={unknown}"), 1),
        ("GET", "EIO=4&transport=polling&sid=%00", 1),
        ("POST", "EIO=4&transport=polling", 2),
        ("PUT", "EIO=4&transport=polling", 2),
        ("GET", "EIO=4&transport=websocket", 3),
        ("GET", "transport=polling", 5),
        ("GET", "EIO=3&transport=polling", 5),
    ] {
        let answer = request(&server.address, method, &format!("{PATH}?{query}"), "").await;
        assert_eq!(answer.status, 400, "{method} {query}");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["code"], code, "{method} {query}");
        assert!(body["message"].is_string());
    }
    for query in [
        "EIO=3&transport=websocket",
        &format!("EIO=4&transport=websocket&sid={unknown}"),
    ] {
        let refused = Raw::open(&server.address, &format!("{PATH}?{query}")).await;
        assert_eq!(refused.err(), Some(400));
    }
    assert_eq!(server.session_count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_and_bytes_travel_over_a_websocket() {
    let server = EchoServer::engine(engine_settings());
    let mut raw = websocket(&server).await;
    raw.send("4héllo").await;
    assert_eq!(raw.came().await, text("4héllo"));
    raw.send_binary(&[1, 2, 3]).await;
    assert_eq!(raw.came().await, Came::Binary(vec![1, 2, 3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_packet_of_a_client_closes_the_websocket() {
    let server = EchoServer::engine(engine_settings());
    for bad in ["abc", "", "2", "2abc", "2probe", "5", "0{}", "bAQID"] {
        let mut raw = websocket(&server).await;
        raw.send(bad).await;
        assert_eq!(raw.close_code().await, 1002, "{bad}");
    }
    eventually("no session is left", || server.session_count() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_goodbye_is_let_go() {
    let server = EchoServer::engine(engine_settings());
    let mut raw = websocket(&server).await;
    assert_eq!(server.session_count(), 1);
    raw.send("1").await;
    assert_eq!(raw.close_code().await, 1000);
    eventually("no session is left", || server.session_count() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_above_max_payload_closes_with_1009() {
    let server = EchoServer::engine(engine_settings());
    let mut raw = websocket(&server).await;
    raw.send(&format!("4{}", "x".repeat(1_000))).await;
    assert_eq!(raw.close_code().await, 1009);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_pings_after_the_interval_of_silence() {
    let settings = quick_heartbeat(WAIT);
    let server = EchoServer::engine(settings.clone());
    let begun = Instant::now();
    let mut raw = websocket(&server).await;
    for _ in 0..3 {
        assert_eq!(raw.came_at_all().await, text("2"));
        raw.send("3").await;
    }
    assert!(begun.elapsed() >= settings.ping_interval * 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_gives_up_who_answers_no_ping_or_no_more() {
    for answers in [0, 1] {
        // As long as it answers there must be time for that.
        let ping_timeout = Duration::from_millis(if answers == 0 { 100 } else { 1_000 });
        let server = EchoServer::engine(quick_heartbeat(ping_timeout));
        let mut raw = websocket(&server).await;
        for _ in 0..answers {
            assert_eq!(raw.came_at_all().await, text("2"));
            raw.send("3").await;
        }
        assert_eq!(raw.came_at_all().await, text("2"));
        assert_eq!(raw.came_at_all().await, Came::Closed(1001));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_packets_closes_the_session() {
    let flood = Some(FloodLimit {
        per_second: 1,
        burst: 10,
    });
    let server = EchoServer::engine(EngineSettings {
        flood,
        ..engine_settings()
    });
    let mut raw = websocket(&server).await;
    for _ in 0..40 {
        raw.send("3").await;
    }
    assert_eq!(raw.close_code().await, 4429);
}

/// Opens by polling and probes.
async fn probed(server: &EchoServer) -> (Polling, Raw) {
    let polling = Polling::open(&server.address, PATH).await;
    let mut raw = polling.websocket().await;
    raw.send("2probe").await;
    assert_eq!(raw.came().await, text("3probe"));
    (polling, raw)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_loses_and_doubles_nothing() {
    let server = EchoServer::engine(engine_settings());
    let (polling, mut raw) = probed(&server).await;
    for n in 0..8 {
        assert_eq!(polling.post(&format!("4m{n}")).await.body, "ok");
    }
    assert_eq!(polling.poll().await.body, "6");
    raw.send("5").await;
    raw.send("4last").await;
    for n in 0..8 {
        assert_eq!(raw.came().await, text(&format!("4m{n}")));
    }
    assert_eq!(raw.came().await, text("4last"));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_upgrade_the_session_takes_no_poll_and_no_second_websocket() {
    // A poll that overtakes the upgrade waits for it.
    let server = EchoServer::engine(EngineSettings {
        upgrade_check: WAIT,
        ..engine_settings()
    });
    let (polling, mut raw) = probed(&server).await;
    raw.send("5").await;
    assert_eq!(polling.poll().await.status, 400);
    assert_eq!(polling.post("4x").await.status, 400);
    let mut second = polling.websocket().await;
    second.close_code().await;
    raw.send("4still here").await;
    assert_eq!(raw.came().await, text("4still here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_websocket_cannot_take_an_upgrade_away() {
    let server = EchoServer::engine(engine_settings());
    let (polling, mut raw) = probed(&server).await;
    let mut second = polling.websocket().await;
    second.send("2probe").await;
    second.close_code().await;
    raw.send("5").await;
    raw.send("4mine").await;
    assert_eq!(raw.came().await, text("4mine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_fails_leaves_the_polling_session_as_it_was() {
    let patient = EchoServer::engine(engine_settings());
    let hasty = EchoServer::engine(EngineSettings {
        upgrade_timeout: Duration::from_secs(1),
        ..engine_settings()
    });
    for failure in ["4too early", "2probe", "hang up", "wait"] {
        let server = if failure == "wait" { &hasty } else { &patient };
        let (polling, mut raw) = probed(server).await;
        match failure {
            "hang up" => drop(raw),
            "wait" => assert_ne!(raw.close_code().await, 1000),
            packet => {
                raw.send(packet).await;
                raw.close_code().await;
            }
        }
        polling.post("4hello").await;
        let mut polled = polling.poll().await;
        while polled.body == "6" {
            polled = polling.poll().await;
        }
        assert_eq!(polled.body, "4hello", "{failure}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_waits_is_let_go_for_the_upgrade() {
    let server = EchoServer::engine(engine_settings());
    let polling = Polling::open(&server.address, PATH).await;
    let upgrade = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut raw = polling.websocket().await;
        raw.send("2probe").await;
        assert_eq!(raw.came().await, text("3probe"));
        raw
    };
    let (polled, mut raw) = tokio::join!(polling.poll(), upgrade);
    assert_eq!((polled.status, polled.body.as_str()), (200, "6"));
    raw.send("5").await;
    raw.send("4done").await;
    assert_eq!(raw.came().await, text("4done"));
}
