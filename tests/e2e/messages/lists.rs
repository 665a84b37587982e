//! Lists, counts and the feed of events: each message once.

use serde_json::json;
use testkit::Api;

use super::contents;
use crate::chat::{Chat, MESSAGES, at};

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
        expect(&chat.jean, "/api/messages/stats?customer=cst-jean", 3, 1).await;
        // Their own figures are nobody else's.
        for other in ["customer=cst-paul", "customerId=cst-paul"] {
            let path = format!("/api/messages/stats?{other}");
            let refused = chat.jean.get(&path).await.expect(403);
            assert_eq!(refused.text_at("/code"), "identity_mismatch");
        }
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

/// All rows of a list, part by part, each by what `name` says of it.
async fn walked(api: &Api, path: &str, name: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = api.get(&format!("{path}{cursor}")).await.expect(200);
        let rows = part.body["data"].as_array().cloned().unwrap_or_default();
        all.extend(
            rows.iter()
                .map(|row| row[name].as_str().unwrap_or_default().to_owned()),
        );
        match part.body["pagination"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_customer_is_reached_once_by_cursor_or_by_page_and_found_by_a_search() {
    let chat = Chat::start().await;
    let client = chat.server.database.client().await;
    // Many changed at the same instant: their ids tell them apart.
    let sql = "INSERT INTO ___xtr_customer (cst_id, cst_name, cst_fname, cst_mail, updated_at) \
        SELECT 'cst-' || n, 'Lefèvre', 'Zoé' || n, 'zoe' || n || '@example.com', timestamptz '2026-01-01' - (n / 7) * interval '1 h' \
        FROM generate_series(1, 120) n";
    client.batch_execute(sql).await.expect("customers");
    const CUSTOMERS: &str = "/api/messages/customers";
    let first = chat.claire.get(CUSTOMERS).await.expect(200);
    assert_eq!(first.body["data"].as_array().map(Vec::len), Some(100));
    let total = first.body["pagination"]["total"].as_u64();
    assert_eq!(total, Some(121), "with Jean");
    for limit in [7, 100] {
        let path = format!("{CUSTOMERS}?limit={limit}");
        let ids = walked(&chat.claire, &path, "cst_id").await;
        let each: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!((ids.len(), each.len()), (121, 121), "{limit}");
        let second = chat.claire.get(&format!("{path}&page=2")).await.expect(200);
        let second = second.body["data"][0]["cst_id"].as_str().map(str::to_owned);
        assert_eq!(second.as_ref(), ids.get(limit));
    }
    for (search, found) in [
        ("zoe17%20LEFEVRE", 1),
        ("zoe1%40example", 1),
        ("lefèvre", 120),
        ("cst-12", 2),
        ("zoe17%20dupont", 0),
        ("%20", 121),
    ] {
        let path = format!("{CUSTOMERS}?search={search}");
        let answer = chat.claire.get(&path).await.expect(200);
        assert_eq!(answer.body["pagination"]["total"], found, "{search}");
    }
    let path = format!("{CUSTOMERS}?search=zoe17%40");
    let zoe = chat.claire.get(&path).await.expect(200).body["data"][0].clone();
    assert_eq!(
        zoe,
        json!({ "cst_id": "cst-17", "cst_fname": "Zoé17", "cst_name": "Lefèvre", "cst_mail": "zoe17@example.com" })
    );
    let bad = chat
        .claire
        .get(&format!("{CUSTOMERS}?cursor=x&page=0"))
        .await;
    assert_eq!(
        bad.expect(400).body["errors"].as_array().map(Vec::len),
        Some(2)
    );
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_search_as_many_words_are_looked_for_as_count_and_each_once() {
    let chat = Chat::start().await;
    chat.message("été comme hiver").await;
    let total = async |search: &str| {
        let query = url_encoded(search);
        let answer = chat.jean.get(&format!("{MESSAGES}?search={query}")).await;
        answer.expect(200).body["pagination"]["total"].as_u64()
    };
    assert_eq!(total(&"hiver ".repeat(160)).await, Some(1));
    assert_eq!(
        total(&format!("{}absent", "hiver ".repeat(40))).await,
        Some(0)
    );
    let many: Vec<_> = (0..160).map(|n| format!("m{n}")).collect();
    let mut alternatives = many.join(" OU ");
    alternatives.truncate(900);
    assert_eq!(total(&format!("hiver OU {alternatives}")).await, Some(1));
    chat.server.stop().await;
}

fn url_encoded(text: &str) -> String {
    let bytes = text.bytes();
    bytes.map(|byte| format!("%{byte:02X}")).collect()
}
