//! Who is there: presence, typing, reading and joining.

use serde_json::json;
use shared_kernel::Role;
use testkit::ws_client::WsClient;

use crate::chat::{Chat, WAIT, at};

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_who_is_connected() {
    let chat = Chat::start().await;
    let socket = chat.socket(Role::Customer, "cst-jean").await;
    let seen = chat
        .claire
        .get("/api/messages/presence?ids=cst-jean,cst-paul")
        .await
        .expect(200);
    assert_eq!(
        seen.body["data"],
        json!([
            { "userId": "cst-jean", "connected": true, "sockets": 1 },
            { "userId": "cst-paul", "connected": false, "sockets": 0 },
        ])
    );
    drop(socket);
    testkit::eventually("the socket is gone", async || {
        let seen = chat
            .claire
            .get("/api/messages/presence?ids=cst-jean")
            .await
            .expect(200);
        (seen.body["data"][0]["connected"] == false).then_some(())
    })
    .await;
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_is_true_across_instances() {
    let chat = Chat::start().await;
    let twin = chat.server.twin().await;
    let token = chat.server.token(Role::Customer, "cst-jean", None);
    let mut socket = WsClient::connect(&twin.socket_url(), &token).await;
    socket.wait_for("connected", WAIT).await;
    let seen = async |connected: bool| {
        testkit::eventually("the other instance knows", async || {
            let seen = chat
                .claire
                .get("/api/messages/presence?ids=cst-jean")
                .await
                .expect(200);
            (seen.body["data"][0]["connected"] == connected).then_some(())
        })
        .await;
    };
    seen(true).await;
    twin.stop().await;
    seen(false).await;
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_reading_and_joining_reach_only_those_who_share_a_conversation() {
    let chat = Chat::start().await;
    let id = chat.message("Bonjour").await;
    let mut jean = chat.socket(Role::Customer, "cst-jean").await;
    let mut claire = chat.socket(Role::Staff, "staff-claire").await;
    let mut paul = chat.socket(Role::Customer, "cst-paul").await;

    let typing = json!({ "recipientId": "cst-jean", "isTyping": true });
    claire
        .send(&json!({ "event": "typing", "data": typing, "id": 1 }))
        .await;
    assert_eq!(claire.wait_for_ack(1, WAIT).await, json!({ "ok": true }));
    let heard = jean.wait_for("userTyping", WAIT).await;
    assert_eq!(
        (&heard["data"]["userId"], &heard["data"]["isTyping"]),
        (&json!("staff-claire"), &json!(true))
    );
    assert!(
        !heard.to_string().contains('@'),
        "no staff address reaches a customer"
    );

    claire
        .send(&json!({ "event": "markAsRead", "data": { "messageId": id }, "id": 2 }))
        .await;
    let confirmed = claire.wait_for("readConfirmation", WAIT).await;
    assert_eq!(confirmed["data"]["messageId"], id);
    let stored = chat.jean.get(&at(&id, "")).await.expect(200);
    assert_eq!(
        stored.body["data"]["isRead"], false,
        "nothing is stored, as specified"
    );

    for (event, data) in [
        (
            "typing",
            json!({ "recipientId": "cst-jean", "isTyping": true }),
        ),
        (
            "typing",
            json!({ "recipientId": "staff-claire", "isTyping": true }),
        ),
        ("markAsRead", json!({ "messageId": id })),
        ("joinConversation", json!({ "conversationId": id })),
    ] {
        paul.send(&json!({ "event": event, "data": data, "id": 7 }))
            .await;
        assert_eq!(paul.wait_for_ack(7, WAIT).await["ok"], false, "{event}");
    }
    jean.send(&json!({ "event": "joinConversation", "data": { "conversationId": id }, "id": 3 }))
        .await;
    assert_eq!(jean.wait_for_ack(3, WAIT).await, json!({ "ok": true }));
    chat.server.stop().await;
}
