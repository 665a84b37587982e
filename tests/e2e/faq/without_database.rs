//! Articles from memory while the database cannot be read: kept ones are there, nothing outdated is.

use std::time::Instant;

use futures_util::future::join_all;
use serde_json::json;
use testkit::{TestServer, eventually};
use tokio::time::timeout;

use crate::faq::readers::{FAQ, PAUSE, SOON, article, article_that, soon};

/// How many sessions wait for a table somebody locked.
async fn waiting(client: &tokio_postgres::Client) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// Two hundred readings of an article that is kept and forty of one that is not, while nobody can
/// read articles from the database. None where the server, on a busy machine, was late to look at
/// the log: then it trusts nothing it keeps, and all is to be tried again.
async fn readings_while_locked(server: &TestServer) -> Option<()> {
    let kept = format!("{FAQ}/{}", article_that(server, json!({})).await);
    let other = format!("{FAQ}/{}", article_that(server, json!({})).await);
    let watcher = server.database.client().await;
    // The look that follows the last write forgets it once more.
    let settled = Instant::now();
    while settled.elapsed() < SOON {
        server.api.get(&kept).await.expect(200);
        tokio::time::sleep(PAUSE).await;
    }
    let lock = server.database.client().await;
    lock.batch_execute("BEGIN; LOCK TABLE ___xtr_faq IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    for _ in 0..200 {
        let read = timeout(SOON, server.api.get(&kept)).await.ok()?;
        (read.status == 200).then_some(())?;
    }
    if waiting(&watcher).await > 0 {
        return None;
    }
    let asking = (0..40).map(async |_| server.api.get(&other).await.status);
    let looking = async {
        eventually("the load waits", async || {
            (waiting(&watcher).await > 0).then_some(())
        })
        .await;
        let mut most = 0;
        for _ in 0..20 {
            most = waiting(&watcher).await.max(most);
        }
        lock.batch_execute("COMMIT").await.unwrap();
        most
    };
    let (answers, most) = tokio::join!(join_all(asking), looking);
    // One load for all who ask.
    (answers == [200; 40] && most == 1).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_read_without_the_database_and_what_is_not_is_loaded_once() {
    let server = TestServer::start().await;
    article(&server).await;
    eventually("an undisturbed try", async || {
        readings_while_locked(&server).await
    })
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_look_at_the_log_does_not_show_what_may_have_passed() {
    let server = TestServer::start().await;
    let id = article(&server).await;
    let path = format!("{FAQ}/{id}");
    let mut locker = server.database.client().await;
    let lock = locker.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE event_stream IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    server.api.get(&path).await.expect(200);
    // Without an event, as if another server had written it and nothing could be heard of it.
    let sql = "UPDATE ___xtr_faq SET faq_order = 777 WHERE faq_id = $1";
    let writer = server.database.client().await;
    writer.execute(sql, &[&id]).await.unwrap();
    soon(&server.api, &path, |shown| shown.body["order"] == 777).await;
    lock.rollback().await.unwrap();
    server.stop().await;
}
