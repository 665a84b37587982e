//! Conversations: who may write, read and put away what, and who hears of it live.

use serde_json::{Value, json};
use shared_kernel::Role;

use super::contents;
use crate::chat::{Chat, MESSAGES, WAIT, at, said};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_and_staff_talk_live_and_each_hears_what_is_theirs() {
    let chat = Chat::start().await;
    let mut jean = chat.socket(Role::Customer, "cst-jean").await;
    let mut claire = chat.socket(Role::Staff, "staff-claire").await;
    let mut paul = chat.socket(Role::Customer, "cst-paul").await;

    let created = chat
        .jean
        .post(MESSAGES, &said("Où en est ma commande ?"))
        .await
        .expect(201);
    assert_eq!(created.text_at("/message"), "Message créé avec succès");
    let id = created.text_at("/data/id").to_owned();
    let heard = claire.wait_for("newMessage", WAIT).await;
    assert_eq!(heard["data"]["type"], "new_message");
    assert_eq!(heard["data"]["message"], created.body["data"]);
    let sent = jean.wait_for("messageSent", WAIT).await;
    assert_eq!(sent["data"]["message"]["id"], id);

    let reply = chat
        .claire
        .post(
            &at(&id, "/reply"),
            &json!({ "userId": "staff-claire", "content": "Elle part demain." }),
        )
        .await
        .expect(200);
    assert_eq!(reply.text_at("/data/parentId"), id);
    assert_eq!(reply.text_at("/data/subject"), "RE: Problème démarrage");
    let heard = jean.wait_for("newMessage", WAIT).await;
    assert_eq!(heard["data"]["message"]["content"], "Elle part demain.");

    let reply_id = reply.text_at("/data/id").to_owned();
    let read = chat
        .jean
        .put(&at(&reply_id, "/read"), &json!({ "readerId": "cst-jean" }))
        .await
        .expect(200);
    assert_eq!(read.body["data"]["isRead"], true);
    let heard = claire.wait_for("messageRead", WAIT).await;
    assert_eq!(
        heard["data"],
        json!({ "messageId": reply_id, "readerId": "cst-jean", "type": "message_read" })
    );

    chat.claire
        .put(&at(&id, "/close"), &json!({}))
        .await
        .expect(200);
    for socket in [&mut jean, &mut claire] {
        let heard = socket.wait_for("messageClosed", WAIT).await;
        assert_eq!(
            heard["data"],
            json!({ "messageId": id, "closerId": "staff-claire", "type": "message_closed" })
        );
    }
    // A stranger hears nothing: the first thing after the greeting is the answer to a question.
    paul.send(&json!({ "event": "ping" })).await;
    assert_eq!(paul.next_event(WAIT).await["event"], "pong");
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_nobody_has_goes_to_all_staff_until_somebody_answers() {
    let chat = Chat::start().await;
    let mut claire = chat.socket(Role::Staff, "staff-claire").await;
    let mut form = said("Bonjour, quelqu'un ?");
    form["staffId"] = Value::Null;
    let created = chat.jean.post(MESSAGES, &form).await.expect(201);
    assert_eq!(created.body["data"]["staffId"], Value::Null);
    let id = created.text_at("/data/id").to_owned();
    claire.wait_for("newMessage", WAIT).await;
    chat.claire
        .post(&at(&id, "/reply"), &json!({ "content": "Je suis là." }))
        .await
        .expect(200);
    let root = chat.jean.get(&at(&id, "")).await.expect(200);
    assert_eq!(root.text_at("/data/staffId"), "staff-claire");
    let again = chat
        .jean
        .post(&at(&id, "/reply"), &json!({ "content": "Merci" }))
        .await
        .expect(200);
    assert_eq!(again.text_at("/data/staffId"), "staff-claire");
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_or_reads_in_somebody_elses_name() {
    let chat = Chat::start().await;
    let id = chat.message("Bonjour").await;
    let paul = chat.server.customer("cst-paul", "paul@example.com");
    let mut as_paul = said("x");
    as_paul["customerId"] = json!("cst-paul");
    for (answer, field) in [
        (chat.jean.post(MESSAGES, &as_paul).await, "customerId"),
        (
            chat.server
                .staff("staff-karim")
                .post(MESSAGES, &said("x"))
                .await,
            "staffId",
        ),
        (
            chat.jean
                .put(&at(&id, "/read"), &json!({ "readerId": "staff-claire" }))
                .await,
            "readerId",
        ),
        (
            chat.jean
                .put(&at(&id, "/archive"), &json!({ "userId": "cst-paul" }))
                .await,
            "userId",
        ),
        (
            chat.jean
                .post(
                    &at(&id, "/reply"),
                    &json!({ "userId": "staff-claire", "content": "x" }),
                )
                .await,
            "userId",
        ),
        (
            chat.claire
                .put(&at(&id, "/close"), &json!({ "closerId": "cst-jean" }))
                .await,
            "closerId",
        ),
    ] {
        let answer = answer.expect(403);
        assert_eq!(
            answer.text_at("/code"),
            "identity_mismatch",
            "{field}: {}",
            answer.text
        );
    }
    let refused = paul.put(&at(&id, "/archive"), &json!({})).await.expect(404);
    assert_eq!(
        refused.text_at("/message"),
        "Message non trouvé ou accès refusé"
    );
    assert_eq!(
        paul.get(&at(&id, "")).await.expect(404).text_at("/message"),
        "Message non trouvé"
    );
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_a_message_names_is_there_or_the_field_is_named_and_nobody_is_told() {
    let chat = Chat::start().await;
    let mut claire = chat.socket(Role::Staff, "staff-claire").await;
    let keyed = |key| chat.jean.with_header("Idempotency-Key", key);
    for (field, named) in [("staffId", "staff-nobody"), ("orderId", "ord-nothing")] {
        let mut form = said("perdu");
        form[field] = json!(named);
        for caller in [&chat.jean, &keyed(field)] {
            let refused = caller.post(MESSAGES, &form).await.expect(400);
            assert_eq!(refused.text_at("/errors/0/field"), field);
            assert_eq!(refused.text_at("/errors/0/code"), "unknown");
        }
    }
    let mut as_nobody = said("perdu");
    as_nobody["customerId"] = json!("cst-nobody");
    let refused = chat.claire.post(MESSAGES, &as_nobody).await.expect(400);
    assert_eq!(refused.text_at("/errors/0/field"), "customerId");

    chat.message("arrivé").await;
    let heard = claire.wait_for("newMessage", WAIT).await;
    assert_eq!(heard["data"]["message"]["content"], "arrivé", "the first");
    let listed = chat.jean.get(MESSAGES).await.expect(200);
    assert_eq!(contents(&listed), ["arrivé"]);
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_archiving_and_deleting_hide_what_they_should_and_no_more() {
    let chat = Chat::start().await;
    let (closed, archived, deleted) = (
        chat.message("fermé").await,
        chat.message("archivé").await,
        chat.message("supprimé").await,
    );
    chat.jean
        .put(&at(&closed, "/close"), &json!({}))
        .await
        .expect(200);
    chat.jean
        .put(&at(&archived, "/archive"), &json!({ "userId": "cst-jean" }))
        .await
        .expect(200);
    let gone = chat
        .jean
        .put(&at(&deleted, "/delete"), &json!({ "userId": "cst-jean" }))
        .await
        .expect(200);
    assert_eq!(gone.text_at("/message"), "Message supprimé avec succès");
    assert_eq!(
        contents(&chat.jean.get(MESSAGES).await.expect(200)),
        ["fermé"]
    );
    assert_eq!(
        contents(&chat.claire.get(MESSAGES).await.expect(200)),
        ["archivé", "fermé"]
    );
    assert_eq!(
        contents(
            &chat
                .claire
                .get("/api/messages?status=closed")
                .await
                .expect(200)
        ),
        ["fermé"]
    );
    for caller in [&chat.jean, &chat.claire] {
        caller.get(&at(&deleted, "")).await.expect(404);
        caller.get(&at(&archived, "")).await.expect(200);
    }
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_author_puts_a_message_right() {
    let chat = Chat::start().await;
    let id = chat.message("Bonjuor").await;
    let edited = chat
        .jean
        .put(&at(&id, ""), &json!({ "content": "Bonjour" }))
        .await
        .expect(200);
    assert_eq!(edited.text_at("/data/content"), "Bonjour");
    assert_eq!(edited.text_at("/data/subject"), "RE: Problème démarrage");
    chat.claire
        .put(&at(&id, ""), &json!({ "content": "Autre chose" }))
        .await
        .expect(403);
    chat.server.stop().await;
}
