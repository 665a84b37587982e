//! A client that was cut off during 500 events has all of them after it comes back: in order, none
//! twice, whatever it speaks. (What a killed server does to it is among the fault tests.)

use serde_json::json;
use shared_kernel::Role;
use testkit::node_client::NodeClient;
use testkit::proxy::Proxy;
use testkit::ws_client::WsClient;

use crate::chat::{Chat, WAIT, at};

const MISSED: u32 = 500;

/// Claire writes to Jean while he is away.
async fn write(chat: &Chat, conversation: &str) {
    for n in 1..=MISSED {
        let content = json!({ "content": n.to_string() });
        let reply = chat
            .claire
            .post(&at(conversation, "/reply"), &content)
            .await;
        reply.expect(200);
    }
}

fn number(data: &serde_json::Value) -> u32 {
    let content = data["message"]["content"].as_str().unwrap_or_default();
    content.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_client_cut_off_during_500_events_has_them_all() {
    let chat = Chat::start().await;
    let conversation = chat.message("Bonjour").await;
    let jean = chat.socket(Role::Customer, "cst-jean").await;
    let cursor = jean.cursor().expect("a cursor");
    drop(jean);
    write(&chat, &conversation).await;
    let token = chat.server.token(Role::Customer, "cst-jean", None);
    let mut jean = WsClient::connect_after(&chat.server.socket_url(), &token, &cursor).await;
    let connected = jean.wait_for("connected", WAIT).await;
    assert_eq!(connected["data"]["recovered"], true);
    for n in 1..=MISSED {
        let event = jean.next_event(WAIT).await;
        assert_eq!(
            (&event["event"], number(&event["data"])),
            (&json!("newMessage"), n)
        );
    }
    jean.send(&json!({ "event": "ping" })).await;
    assert_eq!(jean.next_event(WAIT).await["event"], "pong");
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_client_cut_off_during_500_events_has_them_all() {
    let chat = Chat::start().await;
    let conversation = chat.message("Bonjour").await;
    let server = chat.server.server.address;
    let way = Proxy::to(server).await;
    let token = chat.server.token(Role::Customer, "cst-jean", None);
    for transports in [json!(["websocket"]), json!(["polling", "websocket"])] {
        let options = json!({ "tokens": [token], "transports": transports });
        let Some(mut jean) = NodeClient::stock(&format!("http://{}", way.address), &options) else {
            return;
        };
        jean.event("connected").await;
        way.cut();
        jean.wait_for("disconnect").await;
        write(&chat, &conversation).await;
        way.lead_to(server);
        assert_eq!(jean.wait_for("connect").await["recovered"], true);
        assert_eq!(jean.event("connected").await["recovered"], true);
        for n in 1..=MISSED {
            let said = jean.wait_for("event").await;
            assert_eq!(
                (&said["name"], number(&said["args"][0])),
                (&json!("newMessage"), n)
            );
        }
        jean.order(&json!({ "do": "emit", "name": "ping", "data": {} }))
            .await;
        assert_eq!(jean.wait_for("event").await["name"], "pong");
    }
    chat.server.stop().await;
}
