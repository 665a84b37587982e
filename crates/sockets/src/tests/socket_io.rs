//! Socket.IO on the wire: the protocol, on an echo.

use std::time::{Duration, Instant};

use super::raw::{Came, Polling, Raw};
use super::server::EchoServer;
use super::wait::WAIT;

const PATH: &str = "/socket.io/";
const WEBSOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

async fn websocket(address: &str) -> Raw {
    let mut raw = Raw::open(address, WEBSOCKET).await.unwrap();
    assert!(raw.text().await.starts_with('0'));
    raw
}

async fn echo(server: &EchoServer) -> Raw {
    let mut raw = websocket(&server.address).await;
    raw.send("40").await;
    assert!(raw.text().await.starts_with("40{"));
    assert_eq!(raw.text().await, r#"42["auth",{}]"#);
    raw
}

fn echo_server() -> EchoServer {
    EchoServer::namespaces(WAIT)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_is_entered_with_a_payload_and_left() {
    let server = echo_server();
    let mut raw = echo(&server).await;
    raw.send(r#"40/custom,{"token":"abc"}"#).await;
    assert_eq!(raw.text().await, r#"40/custom,{"sid":"echo"}"#);
    assert_eq!(raw.text().await, r#"42/custom,["auth",{"token":"abc"}]"#);
    raw.send("41/custom").await;
    raw.send(r#"42["m",1,"2",{"3":[true]}]"#).await;
    assert_eq!(raw.text().await, r#"42["message-back",1,"2",{"3":[true]}]"#);
    raw.send("40/random").await;
    assert_eq!(
        raw.text().await,
        r#"44/random,{"message":"Invalid namespace"}"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn acks_and_attachments_come_back() {
    let server = echo_server();
    let mut raw = echo(&server).await;
    raw.send(r#"42456["m",1]"#).await;
    assert_eq!(raw.text().await, "43456[1]");
    raw.send(r#"451-7["m",{"_placeholder":true,"num":0}]"#)
        .await;
    raw.send_binary(&[1, 2]).await;
    assert_eq!(raw.text().await, r#"461-7[{"_placeholder":true,"num":0}]"#);
    assert_eq!(raw.came().await, Came::Binary(vec![1, 2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_protocol_closes_the_connection() {
    let server = echo_server();
    for bad in [
        "4abc",
        "42{}",
        "42[]",
        "42[{}]",
        r#"42abc["m"]"#,
        r#"42["connect"]"#,
        "43[]",
        "44{}",
        "40",
        r#"42/custom,["not in it"]"#,
        "41/custom",
        r#"459-["m"]"#,
        r#"45x-["m"]"#,
    ] {
        let mut raw = echo(&server).await;
        raw.send(bad).await;
        assert_eq!(raw.close_code().await, 1002, "{bad}");
    }
    for before_connect in [r#"42["m"]"#, "41", r#"4451-["m"]"#] {
        let mut raw = websocket(&server.address).await;
        raw.send(before_connect).await;
        assert_eq!(raw.close_code().await, 1002, "{before_connect}");
    }
    let mut raw = echo(&server).await;
    raw.send_binary(&[1]).await;
    assert_eq!(raw.close_code().await, 1002);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_in_no_namespace_is_closed_after_the_wait() {
    let server = EchoServer::namespaces(Duration::from_millis(100));
    let mut stranger = websocket(&server.address).await;
    assert_eq!(stranger.close_code().await, 4408);
    let polling = Polling::open(&server.address, PATH).await;
    assert_eq!(polling.poll().await.body, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_begins_anew_for_who_leaves_its_last_namespace() {
    let wait = Duration::from_secs(2);
    let server = EchoServer::namespaces(wait);
    let mut leaver = echo(&server).await;
    let leaves = Instant::now();
    leaver.send("41").await;
    assert_eq!(leaver.close_code().await, 4408);
    assert!(leaves.elapsed() >= wait);
}
