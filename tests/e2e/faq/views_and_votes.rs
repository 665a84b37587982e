//! What readers do to articles: views and votes count once, and exactly.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;
use shared_kernel::Clock as _;
use testkit::{Answer, Api, TestOptions, TestServer, eventually};

use crate::desk::count;
use crate::faq::readers::{FAQ, article, number, visitor};

async fn view(reader: &Api, id: &str) -> i64 {
    let path = format!("{FAQ}/{id}?incrementView=true");
    number(&reader.get(&path).await.expect(200), "/views")
}

async fn shown(server: &TestServer, id: &str, pointer: &str) -> i64 {
    let path = format!("{FAQ}/{id}");
    number(&server.api.get(&path).await.expect(200), pointer)
}

async fn vote(reader: &Api, id: &str, helpful: bool) -> Answer {
    let path = format!("{FAQ}/{id}/helpful");
    reader.put(&path, &json!({ "helpful": helpful })).await
}

/// What is written down: views, helpful, not helpful.
async fn written(server: &TestServer, id: &str) -> (i64, i64, i64) {
    let sql = "SELECT views, helpful, not_helpful FROM faq_counter WHERE faq_id = $1";
    let row = server.database.client().await.query_opt(sql, &[&id]).await;
    let row = row.expect("the counters can be read");
    row.map_or((0, 0, 0), |row| (row.get(0), row.get(1), row.get(2)))
}

async fn views_written(server: &TestServer, id: &str, expected: i64) {
    eventually("the views are written down", async || {
        (written(server, id).await.0 == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_counts_once_a_reader_and_half_hour_and_is_shown_at_once() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let (jean, paul) = (visitor(&server, "Firefox"), visitor(&server, "Safari"));
    assert_eq!(view(&jean, &id).await, 1);
    assert_eq!(shown(&server, &id, "/views").await, 1);
    assert_eq!(view(&jean, &id).await, 1);
    assert_eq!(view(&paul, &id).await, 2);
    server.clock.advance(TimeDelta::minutes(29));
    assert_eq!(view(&jean, &id).await, 2);
    views_written(&server, &id, 2).await;
    server.clock.advance(TimeDelta::minutes(2));
    assert_eq!(view(&jean, &id).await, 3);
    views_written(&server, &id, 3).await;
    assert_eq!(shown(&server, &id, "/views").await, 3);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_view_that_is_asked_to_count_counts() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    for end in ["", "?incrementView=false", "?incrementView="] {
        server
            .api
            .get(&format!("{FAQ}/{id}{end}"))
            .await
            .expect(200);
    }
    let refused = server.api.get(&format!("{FAQ}/{id}?incrementView=x")).await;
    assert_eq!(
        refused.expect(400).text_at("/errors/0/field"),
        "incrementView"
    );
    // Staff count like anybody; on every device they are one reader.
    let claire = server.staff("claire");
    assert_eq!(view(&claire, &id).await, 1);
    assert_eq!(
        view(&claire.with_header("user-agent", "phone"), &id).await,
        1
    );
    views_written(&server, &id, 1).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_comes_by_two_servers_counts_once() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let other = server.twin().await;
    view(&visitor(&server, "Firefox"), &id).await;
    views_written(&server, &id, 1).await;
    view(&visitor(&other, "Firefox"), &id).await;
    view(&visitor(&other, "Safari"), &id).await;
    views_written(&server, &id, 2).await;
    for at in [&server, &other] {
        eventually("both show what is written", async || {
            (shown(at, &id, "/views").await == 2).then_some(())
        })
        .await;
    }
    other.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_writes_every_view_down_first() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let database = Arc::clone(&server.database);
    let views = (0..40).map(async |n| view(&visitor(&server, &format!("agent {n}")), &id).await);
    futures_util::future::join_all(views).await;
    server.stop().await;
    let client = database.client().await;
    let row = client
        .query_one("SELECT views FROM faq_counter WHERE faq_id = $1", &[&id])
        .await
        .unwrap();
    assert_eq!(row.get::<_, i64>(0), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn views_wait_while_they_cannot_be_written_and_count_once_after() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let mut locker = server.database.client().await;
    let lock = locker.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE faq_view IN EXCLUSIVE MODE")
        .await
        .unwrap();
    assert_eq!(view(&visitor(&server, "Firefox"), &id).await, 1);
    let refused = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
        AND wait_event_type = 'Lock' AND query LIKE '%faq_view%'";
    let watcher = server.database.client().await;
    for what in ["a first try waits", "it was given up", "and is made again"] {
        let waiting = what != "it was given up";
        eventually(what, async || {
            let found = watcher.query(refused, &[]).await.unwrap();
            (found.is_empty() != waiting).then_some(())
        })
        .await;
    }
    assert_eq!(view(&visitor(&server, "Safari"), &id).await, 2);
    lock.rollback().await.unwrap();
    views_written(&server, &id, 2).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_has_one_vote_and_may_change_it() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let jean = visitor(&server, "Firefox");
    let counts = |answer: &Answer| (number(answer, "/helpful"), number(answer, "/notHelpful"));
    assert_eq!(counts(&vote(&jean, &id, true).await.expect(200)), (1, 0));
    assert_eq!(counts(&vote(&jean, &id, true).await.expect(200)), (1, 0));
    assert_eq!(counts(&vote(&jean, &id, false).await.expect(200)), (0, 1));
    let paul = server.customer("cst-paul", "paul@example.com");
    let phone = paul.with_header("user-agent", "phone");
    assert_eq!(counts(&vote(&paul, &id, true).await.expect(200)), (1, 1));
    assert_eq!(counts(&vote(&phone, &id, true).await.expect(200)), (1, 1));
    let last = vote(&phone, &id, false).await.expect(200);
    assert_eq!(counts(&last), (0, 2));
    assert_eq!(last.text_at("/id"), id);
    assert_eq!(shown(&server, &id, "/notHelpful").await, 2);
    assert_eq!(written(&server, &id).await, (0, 0, 2));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_that_says_nothing_is_refused() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    for body in [
        json!({}),
        json!({ "helpful": null }),
        json!({ "helpful": "oui" }),
    ] {
        let refused = server.api.put(&format!("{FAQ}/{id}/helpful"), &body).await;
        assert_eq!(refused.expect(400).text_at("/errors/0/field"), "helpful");
    }
    let absent = vote(&server.api, "FAQ-00000000", true).await.expect(404);
    assert_eq!(absent.text_at("/message"), "FAQ not found");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_votes_or_views_what_is_not_published_but_staff() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let claire = server.staff("claire");
    let hidden = json!({ "published": false });
    claire
        .put(&format!("{FAQ}/{id}"), &hidden)
        .await
        .expect(200);
    for reader in [
        server.api.clone(),
        server.customer("cst-paul", "paul@example.com"),
    ] {
        reader
            .get(&format!("{FAQ}/{id}?incrementView=true"))
            .await
            .expect(404);
        vote(&reader, &id, true).await.expect(404);
    }
    assert_eq!(written(&server, &id).await, (0, 0, 0));
    let seen = claire.get(&format!("{FAQ}/{id}")).await.expect(200);
    assert_eq!(seen.header("cache-control"), "private, no-store");
    assert_eq!(
        number(&vote(&claire, &id, true).await.expect(200), "/helpful"),
        1
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_at_the_same_time_are_counted_exactly() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let other = server.twin().await;
    let voting = (0..120).map(async |n: u32| {
        let at = if n.is_multiple_of(2) { &server } else { &other };
        // Thirty readers, four votes each: what is counted in the end is their last.
        let reader = visitor(at, &format!("agent {}", n % 30));
        vote(&reader, &id, n.is_multiple_of(3)).await.expect(200);
    });
    futures_util::future::join_all(voting).await;
    let sql = "SELECT count(*) FILTER (WHERE helpful), count(*) FILTER (WHERE NOT helpful) FROM faq_vote WHERE faq_id = $1";
    let client = server.database.client().await;
    let row = client.query_one(sql, &[&id]).await.unwrap();
    let (helpful, not_helpful): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(helpful + not_helpful, 30);
    assert_eq!(written(&server, &id).await, (0, helpful, not_helpful));
    for at in [&server, &other] {
        eventually("both show what is written", async || {
            let shown = at.api.get(&format!("{FAQ}/{id}")).await.expect(200);
            let counts = (number(&shown, "/helpful"), number(&shown, "/notHelpful"));
            (counts == (helpful, not_helpful)).then_some(())
        })
        .await;
    }
    other.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_votes_so_often_and_then_waits() {
    let server = TestServer::start_with(TestOptions {
        settings: vec![
            ("GUICHET__LIMITS__VOTES_PER_MINUTE", "1".to_owned()),
            ("GUICHET__LIMITS__VOTES_BURST", "3".to_owned()),
        ],
        ..TestOptions::default()
    })
    .await;
    let id = article(&server).await;
    for n in 0..3 {
        vote(&visitor(&server, &format!("agent {n}")), &id, true)
            .await
            .expect(200);
    }
    let refused = vote(&visitor(&server, "agent 4"), &id, true)
        .await
        .expect(429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(written(&server, &id).await, (0, 3, 0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_changes_its_looks_is_counted_so_often_and_still_served() {
    let server = TestServer::start_with(TestOptions {
        settings: vec![
            ("GUICHET__LIMITS__VIEWS_PER_MINUTE", "1".to_owned()),
            ("GUICHET__LIMITS__VIEWS_BURST", "3".to_owned()),
        ],
        ..TestOptions::default()
    })
    .await;
    let id = article(&server).await;
    for n in 0..10 {
        let shown = view(&visitor(&server, &format!("agent {n}")), &id).await;
        assert_eq!(shown, (n + 1).min(3));
    }
    views_written(&server, &id, 3).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_kept_of_a_reader() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let jean = server.customer("cst-jean", "jean@example.com");
    view(&jean, &id).await;
    vote(&jean, &id, true).await.expect(200);
    views_written(&server, &id, 1).await;
    let sql = "SELECT v::text FROM faq_view v UNION ALL SELECT v::text FROM faq_vote v";
    let rows = server
        .database
        .client()
        .await
        .query(sql, &[])
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let text: String = row.get(0);
        assert!(
            !text.contains("jean") && !text.contains("127.0.0.1"),
            "{text}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_view_was_counted_is_forgotten_once_it_is_of_no_use() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    view(&visitor(&server, "Firefox"), &id).await;
    views_written(&server, &id, 1).await;
    let store = &server.server.store;
    let sweep = async || store.sweep(server.clock.now()).await.unwrap();
    sweep().await;
    assert_eq!(count(&server, "faq_view").await, 1);
    server.clock.advance(TimeDelta::hours(2));
    sweep().await;
    assert_eq!(count(&server, "faq_view").await, 0);
    assert_eq!(written(&server, &id).await.0, 1);
    server.stop().await;
}
