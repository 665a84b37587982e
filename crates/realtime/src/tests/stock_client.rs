//! The unmodified `socket.io-client` from npm. Where Node or the package cannot be had these tests
//! say SKIPPED and pass.

use serde_json::{Value, json};
use sockets::CloseReason;

use super::node_client::NodeClient;
use super::server::TestServer;
use super::wait::eventually;

fn start(server: &TestServer, options: &Value) -> Option<NodeClient> {
    NodeClient::stock(&format!("http://{}", server.address), options)
}

/// The number of the next `ticket.created`.
async fn number(client: &mut NodeClient) -> u64 {
    client.event("ticket.created").await["n"].as_u64().unwrap()
}

fn websocket(token: &str) -> Value {
    json!({"tokens": [token], "transports": ["websocket"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn it_connects_and_hears_the_greeting_and_events() {
    let server = TestServer::start();
    let Some(mut client) = start(&server, &websocket("customer:7")) else {
        return;
    };
    assert_eq!(client.wait_for("open").await["transport"], "websocket");
    let connected = client.wait_for("connect").await;
    let hello = client.wait_for("event").await;
    assert_eq!(hello["name"], "connected");
    assert_eq!(hello["args"][0]["socketId"], connected["id"]);
    server.publish_numbers("7", 1..=3);
    for n in 1..=3 {
        assert_eq!(number(&mut client).await, n);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_gets_acks() {
    let server = TestServer::start();
    let Some(mut client) = start(&server, &websocket("customer:7")) else {
        return;
    };
    client.wait_for("connect").await;
    client
        .order(&json!({"do": "emit", "name": "ping", "data": {}}))
        .await;
    assert_eq!(client.wait_for("ack").await["ack"], json!({"ok": true}));
    client
        .order(&json!({"do": "emit", "name": "nonsense", "data": {}}))
        .await;
    assert_eq!(
        client.wait_for("ack").await["ack"]["error"]["code"],
        "unknown_event"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_polls_and_upgrades_without_losing_an_event() {
    let server = TestServer::start();
    let Some(mut client) = start(&server, &json!({"tokens": ["customer:7"]})) else {
        return;
    };
    assert_eq!(client.wait_for("open").await["transport"], "polling");
    client.wait_for("connect").await;
    for n in 1..=50 {
        server.publish_numbers("7", n..=n);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for n in 1..=50 {
        assert_eq!(number(&mut client).await, n);
    }
    eventually("one socket is left", || server.user_sockets("7") == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_by_polling_alone_and_ends_up_on_a_websocket_otherwise() {
    let server = TestServer::start();
    let polling = json!({"tokens": ["customer:7"], "transports": ["polling"]});
    let Some(mut alone) = start(&server, &polling) else {
        return;
    };
    alone.wait_for("connect").await;
    server.publish_numbers("7", 1..=2);
    assert_eq!((number(&mut alone).await, number(&mut alone).await), (1, 2));
    alone
        .order(&json!({"do": "emit", "name": "ping", "data": {}}))
        .await;
    assert_eq!(alone.wait_for("ack").await["ack"]["ok"], true);
    alone.order(&json!({"do": "leave"})).await;
    eventually("it has left", || server.user_sockets("7") == 0).await;

    let mut both = start(&server, &json!({"tokens": ["customer:7"]})).unwrap();
    assert_eq!(both.wait_for("open").await["transport"], "polling");
    assert_eq!(both.wait_for("upgrade").await["transport"], "websocket");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_recovers_what_it_missed_without_code() {
    let server = TestServer::start();
    for transports in [json!(["websocket"]), json!(["polling"])] {
        let options =
            json!({"tokens": ["customer:7"], "transports": transports, "reconnectionDelay": 300});
        let Some(mut client) = start(&server, &options) else {
            return;
        };
        let connected = client.wait_for("connect").await;
        assert_eq!(connected["recovered"], false);
        // The greeting alone makes it possible.
        client.wait_for("event").await;
        for round in 0..2_u64 {
            for connection in server.gateway.hub.connections() {
                connection.outbox.close(CloseReason::Restart);
            }
            // The connection takes nothing more: whatever comes now is missed.
            let first = round * 3 + 1;
            server.publish_numbers("7", first..=first + 2);
            client.wait_for("disconnect").await;
            let again = client.wait_for("connect").await;
            assert_eq!(again["recovered"], true);
            assert_eq!(again["id"], connected["id"], "it is the same socket");
            for n in first..=first + 2 {
                assert_eq!(number(&mut client).await, n);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_told_and_not_tried_again() {
    let server = TestServer::start();
    let Some(mut client) = start(&server, &websocket("nonsense")) else {
        return;
    };
    let error = client.wait_for("connect_error").await;
    assert_eq!(error["message"], "unauthorized");
    assert_eq!(error["data"]["code"], "invalid_token");
    assert_eq!(error["active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_its_token_expires_it_comes_back_with_the_next_and_has_recovered() {
    let server = TestServer::start();
    let tokens = json!({"tokens": ["customer:7:1000", "customer:7"], "transports": ["websocket"]});
    let Some(mut client) = start(&server, &tokens) else {
        return;
    };
    client.wait_for("connect").await;
    let disconnected = client.wait_for("disconnect").await;
    assert_eq!(disconnected["reason"], "transport close");
    assert_eq!(client.wait_for("connect").await["recovered"], true);
    server.publish_numbers("7", 1..=1);
    assert_eq!(number(&mut client).await, 1);
}
