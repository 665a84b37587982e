//! Conversations: messages, replies, read state, lists, and who hears of them live.

use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::ws_client::WsClient;
use testkit::{Answer, Api};

use crate::chat::{Chat, MESSAGES, WAIT, at, said};

fn contents(answer: &Answer) -> Vec<String> {
    let list = answer.body["data"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|message| message["content"].as_str().unwrap_or_default().to_owned())
        .collect()
}

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
async fn counts_add_up_for_each_side_before_and_after_folding() {
    let chat = Chat::start().await;
    let first = chat.message("un").await;
    chat.message("deux").await;
    chat.claire
        .post(&at(&first, "/reply"), &json!({ "content": "trois" }))
        .await
        .expect(200);
    chat.claire
        .put(&at(&first, "/read"), &json!({}))
        .await
        .expect(200);
    let expect = async |caller: &Api, path: &str, total: i64, unread: i64| {
        let answer = caller.get(path).await.expect(200);
        let data = &answer.body["data"];
        assert_eq!(
            (data["total"].as_i64(), data["unread"].as_i64()),
            (Some(total), Some(unread)),
            "{path}: {data}"
        );
        assert_eq!(
            data["open"]
                .as_i64()
                .zip(data["closed"].as_i64())
                .map(|(open, closed)| open + closed),
            Some(total)
        );
    };
    for _ in 0..2 {
        expect(&chat.jean, "/api/messages/stats", 3, 1).await;
        expect(&chat.claire, "/api/messages/stats", 3, 1).await;
        expect(&chat.claire, "/api/messages/stats?customer=cst-jean", 3, 1).await;
        expect(
            &chat.server.staff("staff-karim"),
            "/api/messages/stats",
            3,
            0,
        )
        .await;
        expect(&chat.claire, "/api/messages/stats/overview", 3, 1).await;
        let list = chat.claire.get(MESSAGES).await.expect(200);
        assert_eq!(list.body["pagination"]["total"], 3);
        chat.server
            .server
            .store
            .fold_figures(1000)
            .await
            .expect("folding works");
        assert_eq!(
            chat.server
                .server
                .store
                .figure_differences()
                .await
                .expect("a recount"),
            Vec::<String>::new()
        );
    }
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_filter_search_and_walk_every_message_once() {
    let chat = Chat::start().await;
    for n in 0..7 {
        chat.message(&format!("Livraison numéro {n}")).await;
    }
    let other = chat.message("Facture perdue").await;
    chat.claire
        .post(
            &at(&other, "/reply"),
            &json!({ "content": "Duplicata joint" }),
        )
        .await
        .expect(200);
    let found = chat
        .jean
        .get("/api/messages?search=livraisons")
        .await
        .expect(200);
    assert_eq!(found.body["pagination"]["total"], 7);
    let thread = chat
        .claire
        .get(&format!("/api/messages?conversation={other}"))
        .await
        .expect(200);
    assert_eq!(contents(&thread), ["Duplicata joint", "Facture perdue"]);
    assert_eq!(
        chat.claire
            .get("/api/messages?staff=staff-karim")
            .await
            .expect(200)
            .body["pagination"]["total"],
        0
    );
    assert_eq!(
        chat.claire
            .get("/api/messages?customer=cst-jean")
            .await
            .expect(200)
            .body["pagination"]["total"],
        9
    );

    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = chat
            .jean
            .get(&format!("/api/messages?limit=4{cursor}"))
            .await
            .expect(200);
        walked.extend(contents(&page));
        match page.body["pagination"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(walked.len(), 9);
    assert_eq!(
        walked
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        9
    );
    let bad = chat
        .jean
        .get("/api/messages?page=0&limit=101&cursor=x&status=y")
        .await
        .expect(400);
    assert_eq!(bad.body["errors"].as_array().map(Vec::len), Some(4));
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

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_gives_each_caller_their_own_events_once_and_in_order() {
    let chat = Chat::start().await;
    for n in 0..5 {
        chat.message(&format!("message {n}")).await;
    }
    let (mut kinds, mut after) = (Vec::new(), String::new());
    loop {
        let part = chat
            .claire
            .get(&format!("/api/events?limit=2{after}"))
            .await
            .expect(200);
        for event in part.body["events"].as_array().cloned().unwrap_or_default() {
            kinds.push(format!(
                "{} {}",
                event["event"].as_str().unwrap_or_default(),
                event["data"]["message"]["content"]
                    .as_str()
                    .unwrap_or_default()
            ));
        }
        after = format!("&after={}", part.text_at("/cursor"));
        if part.body["hasMore"] == false {
            break;
        }
    }
    assert_eq!(
        kinds,
        (0..5)
            .map(|n| format!("newMessage message {n}"))
            .collect::<Vec<_>>()
    );
    let nothing = chat
        .claire
        .get(&format!("/api/events?limit=2{after}"))
        .await
        .expect(200);
    assert_eq!(nothing.body["events"], json!([]));
    let own = chat.jean.get("/api/events").await.expect(200);
    assert!(
        own.body["events"]
            .as_array()
            .is_some_and(|events| events.iter().all(|event| event["event"] == "messageSent"))
    );

    let foreign = chat
        .jean
        .get(&format!("/api/events?limit=2{after}"))
        .await
        .expect(410);
    assert_eq!(foreign.text_at("/code"), "resync_required");
    chat.jean
        .get("/api/events?after=nonsense")
        .await
        .expect(400);
    chat.server
        .database
        .client()
        .await
        .batch_execute("DELETE FROM event")
        .await
        .expect("the log can be emptied");
    let early = own.body["events"][0]["cursor"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    chat.jean
        .get(&format!("/api/events?after={early}"))
        .await
        .expect(410);
    chat.server.stop().await;
}

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
