//! What an answer costs has a bound: long texts in long lists, long threads, writes without end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::statements::Statements;
use testkit::ws_client::WsClient;
use testkit::{Api, TestDatabase, TestOptions, TestServer};

use crate::desk::{CONTACT, JEAN, LIST, at, form_with, ids, ticket_by};

const WAIT: Duration = Duration::from_secs(30);

fn long_text() -> String {
    "é".repeat(20_000)
}

fn chars(value: &Value) -> usize {
    value.as_str().unwrap().chars().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_more_than_25_shows_the_beginning_of_long_texts_and_says_so() {
    let server = TestServer::start().await;
    let (claire, jean) = (server.staff("claire"), server.customer("cst-jean", JEAN));
    let form = form_with(JEAN, json!({ "message": long_text() }));
    let id = jean.post(CONTACT, &form).await.expect(201);
    let id = id.text_at("/msg_id").to_owned();
    let said = "é".repeat(5_000);
    let message = json!({ "customerId": "cst-jean", "staffId": null, "subject": "Une longue histoire", "content": said });
    jean.post("/api/messages", &message).await.expect(201);
    for (limit, shown) in [(25, 20_000), (50, 10_000), (100, 5_000)] {
        let is_cut = shown < 20_000;
        for route in [LIST.to_owned(), "/api/support/contact/search".to_owned()] {
            let page = claire
                .get(&format!("{route}?limit={limit}"))
                .await
                .expect(200);
            let ticket = &page.body["tickets"][0];
            assert_eq!(chars(&ticket["msg_content"]), shown, "{route} {limit}");
            assert_eq!(
                ticket["msg_content_cut"].as_bool().unwrap_or_default(),
                is_cut
            );
        }
        let path = format!("/api/messages?limit={limit}");
        let page = claire.get(&path).await.expect(200);
        let message = &page.body["data"][0];
        assert_eq!(
            chars(&message["content"]),
            5_000,
            "a message is short enough"
        );
    }
    let whole = claire.get(&at(&id, "")).await.expect(200);
    assert_eq!(chars(&whole.body["msg_content"]), 20_000);
    assert!(whole.body.get("msg_content_cut").is_none());
    server.stop().await;
}

/// Says so many things on a ticket; each is its number, and a filler.
async fn say(staff: &Api, ticket: &str, count: usize, filler: &str, note_every: usize) {
    for n in 0..count {
        let said = json!({ "message": format!("{n} {filler}"), "internal": n % note_every == 1 });
        staff
            .post(&at(ticket, "/responses"), &said)
            .await
            .expect(201);
    }
}

fn numbers(responses: &Value) -> Vec<usize> {
    let number = |entry: &Value| {
        let text = entry["msg_content"].as_str()?;
        let text = text.trim_start_matches("[NOTE INTERNE] ");
        text.split(' ').next()?.parse().ok()
    };
    let entries = responses.as_array().unwrap().iter();
    entries.map(|entry| number(entry).unwrap()).collect()
}

/// The whole thread, by cursors, and how many parts it took.
async fn walk(caller: &Api, ticket: &str, limit: u32) -> (Vec<usize>, usize) {
    let (mut all, mut parts, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = at(ticket, &format!("/responses?limit={limit}{cursor}"));
        let part = caller.get(&path).await.expect(200);
        let mut earlier = numbers(&part.body["responses"]);
        earlier.append(&mut all);
        all = earlier;
        parts += 1;
        match part.text_at("/nextCursor") {
            "" => return (all, parts),
            next => cursor = format!("&cursor={next}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_thread_shows_its_latest_part_and_leads_to_all_of_it() {
    let server = TestServer::start().await;
    let (claire, jean) = (server.staff("claire"), server.customer("cst-jean", JEAN));
    let id = ticket_by(&jean, JEAN).await;
    let short = claire.get(&at(&id, "/responses")).await.expect(200);
    assert_eq!(short.body, json!({ "responses": [], "total": 0 }));
    say(&claire, &id, 130, "et voilà", 3).await;
    let shown = claire.get(&at(&id, "")).await.expect(200);
    assert_eq!(
        numbers(&shown.body["responses"]),
        (30..130).collect::<Vec<_>>()
    );
    assert_eq!(shown.body["responses_total"], 130);
    let cursor = shown.text_at("/responses_cursor");
    let path = at(&id, &format!("/responses?cursor={cursor}"));
    let before = claire.get(&path).await.expect(200);
    assert_eq!(
        numbers(&before.body["responses"]),
        (0..30).collect::<Vec<_>>()
    );
    assert_eq!(before.text_at("/nextCursor"), "");
    for limit in [1, 7, 100] {
        let (all, _) = walk(&claire, &id, limit).await;
        assert_eq!(all, (0..130).collect::<Vec<_>>(), "{limit} at a time");
    }
    // A customer's thread has no notes, nor are they counted.
    let of_jean: Vec<usize> = (0..130).filter(|n| n % 3 != 1).collect();
    assert_eq!(walk(&jean, &id, 10).await.0, of_jean);
    let shown = jean.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.body["responses_total"], of_jean.len());
    assert!(shown.body.get("responses_cursor").is_none());
    let paul = server.customer("cst-paul", "paul@example.com");
    paul.get(&at(&id, "/responses")).await.expect(404);
    let refused = claire
        .get(&at(&id, "/responses?cursor=x"))
        .await
        .expect(400);
    assert_eq!(refused.text_at("/errors/0/code"), "invalid_cursor");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_long_texts_is_shown_a_mebibyte_at_a_time() {
    let server = TestServer::start().await;
    let (claire, jean) = (server.staff("claire"), server.customer("cst-jean", JEAN));
    let id = ticket_by(&jean, JEAN).await;
    // 40 kB each.
    say(&claire, &id, 60, &"é".repeat(19_900), 100).await;
    let shown = claire.get(&at(&id, "")).await.expect(200);
    assert!(shown.text.len() < 1_200_000, "{}", shown.text.len());
    assert_eq!(shown.body["responses_total"], 60);
    assert_eq!(numbers(&shown.body["responses"]).last(), Some(&59));
    let (all, parts) = walk(&claire, &id, 100).await;
    assert_eq!(all, (0..60).collect::<Vec<_>>());
    assert_eq!(parts, 3);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_of_events_shows_a_mebibyte_of_texts_at_a_time() {
    let server = TestServer::start().await;
    let (claire, jean) = (server.staff("claire"), server.customer("cst-jean", JEAN));
    let form = form_with(JEAN, json!({ "message": long_text() }));
    let mut written = Vec::new();
    for _ in 0..40 {
        let ticket = jean.post(CONTACT, &form).await.expect(201);
        written.push(ticket.text_at("/msg_id").to_owned());
    }
    let (mut told, mut parts, mut after) = (Vec::new(), 0, String::new());
    loop {
        let part = claire.get(&format!("/api/events?limit=100{after}")).await;
        let part = part.expect(200);
        assert!(part.text.len() < 1_300_000, "{}", part.text.len());
        let events = part.body["events"].as_array().unwrap().iter();
        let ids = events.map(|event| event["data"]["ticket"]["msg_id"].as_str().unwrap());
        told.extend(ids.map(str::to_owned));
        parts += 1;
        if part.body["hasMore"] == false {
            break;
        }
        after = format!("&after={}", part.text_at("/cursor"));
    }
    assert_eq!(told, written, "all of them, in order, once");
    assert_eq!(parts, 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn to_join_a_conversation_its_thread_is_not_read() {
    let database = Arc::new(TestDatabase::new().await);
    let statements = Statements::of(&database).await;
    let server = TestServer::start_with(TestOptions {
        settings: vec![("DATABASE_URL", statements.url.clone())],
        database: Some(database),
    })
    .await;
    let jean = server.customer("cst-jean", JEAN);
    let id = ticket_by(&jean, JEAN).await;
    let token = server.token(Role::Customer, "cst-jean", Some(JEAN));
    let mut socket = WsClient::connect(&server.socket_url(), &token).await;
    let join = json!({ "event": "joinConversation", "data": { "conversationId": id }, "id": 1 });
    let (joined, run) = statements
        .run_by(async {
            socket.send(&join).await;
            socket.wait_for_ack(1, WAIT).await
        })
        .await;
    assert_eq!(joined["ok"], true, "{joined}");
    let reads_thread = |text: &String| text.contains("msg_parent_id = ");
    assert!(!run.iter().any(reads_thread), "{run:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_writes_so_much_and_no_more_and_others_go_on() {
    let server = TestServer::start_with(TestOptions {
        settings: vec![
            ("GUICHET__LIMITS__WRITES_PER_MINUTE", "1".to_owned()),
            ("GUICHET__LIMITS__WRITES_BURST", "3".to_owned()),
        ],
        ..TestOptions::default()
    })
    .await;
    let (jean, paul) = (
        server.customer("cst-jean", JEAN),
        server.customer("cst-paul", "paul@example.com"),
    );
    for _ in 0..3 {
        ticket_by(&jean, JEAN).await;
    }
    let refused = jean.post(CONTACT, &form_with(JEAN, json!({}))).await;
    let refused = refused.expect(429);
    assert_eq!(refused.text_at("/code"), "rate_limited");
    assert_ne!(refused.header("retry-after"), "");
    // Reading is not writing, and others have their own.
    assert_eq!(ids(&jean.get(LIST).await.expect(200)).len(), 3);
    ticket_by(&paul, "paul@example.com").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn static_pages_are_whole_and_answer_head_as_get() {
    let server = TestServer::start().await;
    let page = server.api.get("/docs/").await.expect(200);
    assert!(page.text.contains("swagger"), "{}", page.text);
    let script = server.api.get("/docs/swagger-initializer.js").await;
    assert!(script.expect(200).text.contains("/api/openapi.json"));
    server.api.get("/docs/none.js").await.expect(404);
    let document = server.api.get("/api/openapi.json").await.expect(200);
    assert_eq!(document.header("content-type"), "application/json");
    assert_eq!(document.body["info"]["title"], "Guichet");
    let head = reqwest::Method::HEAD;
    server.api.call(head, "/docs/", None).await.expect(200);
    server.stop().await;
}
