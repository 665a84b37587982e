//! Articles from memory: never what has passed, whichever server it was written by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Answer, TestServer, eventually};

use crate::faq::readers::{CATEGORY, FAQ, SOON, article, article_that, number, soon, visitor};

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_good_until_something_changes() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let path = format!("{FAQ}/{id}");
    let first = server.api.get(&path).await.expect(200);
    assert_eq!(
        first.header("cache-control"),
        "public, max-age=0, must-revalidate"
    );
    assert_eq!(first.header("content-language"), "fr");
    assert!(
        first
            .header("vary")
            .to_lowercase()
            .contains("accept-language")
    );
    let tag = first.header("etag").to_owned();
    let held = server.api.with_header("if-none-match", &tag);
    let same = held.get(&path).await.expect(304);
    assert_eq!(
        (same.header("etag"), same.text.as_str()),
        (tag.as_str(), "")
    );

    let counting = visitor(&server, "Firefox")
        .get(&format!("{path}?incrementView=true"))
        .await;
    assert_eq!(
        counting.expect(200).header("cache-control"),
        "private, no-store"
    );
    let other = held.get(&path).await.expect(200);
    assert_ne!(other.header("etag"), tag);
    // Writers care for the version only: a view since does not refuse them.
    let claire = server.staff("claire").with_header("if-match", &tag);
    let change = json!({ "order": 7 });
    claire.put(&path, &change).await.expect(200);
    let changed = server.api.get(&path).await.expect(200);
    assert_eq!(
        (number(&changed, "/order"), number(&changed, "/views")),
        (7, 1)
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_language_is_an_answer_of_its_own() {
    let server = TestServer::start().await;
    article(&server).await;
    let english = json!({ "question": "How do I track my order?", "answer": "Open **My orders** and follow the parcel." });
    let id = article_that(&server, json!({ "translations": { "en": english } })).await;
    let path = format!("{FAQ}/{id}");
    let mut tags = Vec::new();
    for (reader, language) in [
        (server.api.clone(), "fr"),
        (
            server.api.with_header("accept-language", "en-GB, fr;q=0.5"),
            "en",
        ),
        (server.api.with_header("accept-language", "de"), "fr"),
    ] {
        for _ in 0..2 {
            let shown = reader.get(&path).await.expect(200);
            assert_eq!(shown.text_at("/locale"), language);
            assert_eq!(shown.header("content-language"), language);
            tags.push((language, shown.header("etag").to_owned()));
        }
    }
    let of = |language: &str| {
        tags.iter()
            .filter(|(of, _)| *of == language)
            .map(|(_, tag)| tag)
            .collect::<Vec<_>>()
    };
    assert!(of("fr").iter().all(|tag| *tag == of("fr")[0]));
    assert_ne!(of("fr")[0], of("en")[0]);
    let asked = server
        .api
        .get(&format!("{path}?locale=en"))
        .await
        .expect(200);
    assert_eq!(asked.text_at("/question"), "How do I track my order?");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_reads_it_at_once_on_the_same_server() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let (path, claire) = (format!("{FAQ}/{id}"), server.staff("claire"));
    // Readers keep asking, so that loads are always under way.
    let stop = Arc::new(AtomicBool::new(false));
    let reading = (0..4).map(|_| {
        let (reader, path, stop) = (server.api.clone(), path.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                reader.get(&path).await.expect(200);
            }
        })
    });
    let reading: Vec<_> = reading.collect();
    for order in 0..50 {
        claire
            .put(&path, &json!({ "order": order }))
            .await
            .expect(200);
        let shown = server.api.get(&path).await.expect(200);
        assert_eq!(number(&shown, "/order"), order);
    }
    stop.store(true, Ordering::SeqCst);
    for reader in reading {
        reader.await.unwrap();
    }
    server.stop().await;
}

/// Ends the connections on which servers tell each other what they wrote.
async fn cut_hints(server: &TestServer) {
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
        AND (query LIKE '%LISTEN guichet_events%' OR query LIKE '%pg_notify%') AND pid <> pg_backend_pid()";
    server
        .database
        .client()
        .await
        .batch_execute(cut)
        .await
        .unwrap();
}

async fn rounds(server: &TestServer, other: &TestServer, hints: bool) {
    let id = article(server).await;
    let (path, claire) = (format!("{FAQ}/{id}"), server.staff("claire"));
    let mut longest = Duration::ZERO;
    for round in 0..50 {
        other.api.get(&path).await.expect(200);
        if !hints {
            cut_hints(server).await;
        }
        claire
            .put(&path, &json!({ "order": round }))
            .await
            .expect(200);
        let took = soon(&other.api, &path, |shown| shown.body["order"] == round).await;
        longest = longest.max(took);
    }
    println!(
        "50 writes on one server, hints: {hints}: read on the other after {longest:?} at the latest"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_writes_another_reads_within_a_second() {
    let server = TestServer::start().await;
    let other = server.twin().await;
    rounds(&server, &other, true).await;
    other.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hears_no_hints_still_reads_it_within_a_second() {
    let server = TestServer::start().await;
    let other = server.twin().await;
    rounds(&server, &other, false).await;
    other.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_anywhere_is_gone_everywhere_within_a_second() {
    let server = TestServer::start().await;
    let other = server.twin().await;
    let claire = server.staff("claire");
    let first = article(&server).await;
    let hidden = json!({ "published": false });
    let gone = |answer: &Answer| answer.status == 404;
    for way in ["unpublished", "deleted", "its category unpublished"] {
        let id = article_that(&server, json!({})).await;
        let path = format!("{FAQ}/{id}");
        other.api.get(&path).await.expect(200);
        match way {
            "unpublished" => claire.put(&path, &hidden).await.expect(200),
            "deleted" => claire
                .call(reqwest::Method::DELETE, &path, None)
                .await
                .expect(204),
            _ => claire
                .put(&format!("{FAQ}/categories/{CATEGORY}"), &hidden)
                .await
                .expect(200),
        };
        server.api.get(&path).await.expect(404);
        let took = soon(&other.api, &path, gone).await;
        println!("{way}: gone on the other server after {took:?}");
    }
    // Staff of the other server see it all the same, and its readers again once it is back.
    let path = format!("{FAQ}/{first}");
    other.staff("paul").get(&path).await.expect(200);
    let back = json!({ "published": true });
    claire
        .put(&format!("{FAQ}/categories/{CATEGORY}"), &back)
        .await
        .expect(200);
    soon(&other.api, &path, |answer| answer.status == 200).await;
    other.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_of_one_server_are_shown_by_another_within_a_second() {
    let server = TestServer::start().await;
    let other = server.twin().await;
    let id = article(&server).await;
    let path = format!("{FAQ}/{id}");
    let mut fastest = Duration::MAX;
    for round in 1..=20 {
        // Kept, or being loaded, while the counters change.
        other.api.get(&path).await.expect(200);
        let reader = visitor(&server, &format!("agent {round}"));
        reader
            .put(&format!("{path}/helpful"), &json!({ "helpful": true }))
            .await
            .expect(200);
        reader
            .get(&format!("{path}?incrementView=true"))
            .await
            .expect(200);
        let counted = Instant::now();
        // Views are written down a moment later, when is up to the machine.
        eventually("the other server shows both", async || {
            let shown = other.api.get(&path).await.expect(200);
            (shown.body["helpful"] == round && shown.body["views"] == round).then_some(())
        })
        .await;
        fastest = fastest.min(counted.elapsed());
    }
    assert!(
        fastest < SOON,
        "{fastest:?}: what is late every time is our doing"
    );
    other.stop().await;
    server.stop().await;
}

/// Reads follow each other faster than counters are written, loads fall between: no reader may
/// ever be shown a view too many, or one less than before.
#[tokio::test(flavor = "multi_thread")]
async fn views_only_ever_grow_and_never_beyond_what_was_viewed() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let (path, claire) = (format!("{FAQ}/{id}"), server.staff("claire"));
    for round in 1..=60 {
        let viewing = visitor(&server, &format!("agent {round}"));
        let viewed = viewing
            .get(&format!("{path}?incrementView=true"))
            .await
            .expect(200);
        let voting = async {
            let body = json!({ "helpful": round % 2 == 0 });
            server
                .api
                .put(&format!("{path}/helpful"), &body)
                .await
                .expect(200)
        };
        let reading = server.api.get(&path);
        let (voted, read) = tokio::join!(voting, reading);
        for shown in [&viewed, &voted, &read.expect(200)] {
            assert_eq!(number(shown, "/views"), round, "{}", shown.text);
        }
        if round % 10 == 0 {
            // Everything is written down before what is kept is forgotten.
            eventually("written down", async || {
                let sql = "SELECT views FROM faq_counter WHERE faq_id = $1";
                let row = server
                    .database
                    .client()
                    .await
                    .query_one(sql, &[&id])
                    .await
                    .unwrap();
                (row.get::<_, i64>(0) == round).then_some(())
            })
            .await;
            claire
                .put(&path, &json!({ "order": round }))
                .await
                .expect(200);
        }
    }
    server.stop().await;
}
