//! What a page costs does not depend on its length.

use std::sync::Arc;

use serde_json::json;
use testkit::{TestDatabase, TestOptions, TestServer};

use crate::desk::{JEAN, LIST, SEARCH, all_mail_sent, at, ids, ticket_by};

/// The statements the server ran for requests, counted in PostgreSQL's own log between two marks.
async fn statements_of(database: &TestDatabase, mark: &str, doing: impl Future) -> usize {
    let client = database.client().await;
    let begin = format!("mark-{mark}-begin");
    let end = format!("mark-{mark}-end");
    client
        .batch_execute(&format!("SELECT '{begin}'"))
        .await
        .expect("a mark");
    doing.await;
    client
        .batch_execute(&format!("SELECT '{end}'"))
        .await
        .expect("a mark");
    let log = "SELECT pg_read_file(regexp_replace(current_setting('data_directory'), '[^/]*$', '') || 'postgres.log')";
    let log: String = client
        .query_one(log, &[])
        .await
        .expect("the log can be read")
        .get(0);
    let (_, after) = log.split_once(&begin).expect("the first mark");
    let (between, _) = after.split_once(&end).expect("the second mark");
    between
        .split("LOG:  execute ")
        // The server's own chores lock what they read, or read other tables.
        .filter(|entry| !entry.contains("SKIP LOCKED"))
        .filter(|entry| {
            let tables = ["___xtr_", "___config_admin", "measure = 'tickets'"];
            tables.iter().any(|table| entry.contains(table))
        })
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_fifty_costs_as_many_statements_as_a_page_of_one() {
    let database = Arc::new(TestDatabase::new().await);
    let client = database.client().await;
    let name: String = client
        .query_one("SELECT current_database()::text", &[])
        .await
        .expect("a name")
        .get(0);
    let logging = format!("ALTER DATABASE {name} SET log_statement = 'all'");
    client
        .batch_execute(&logging)
        .await
        .expect("statements are logged");
    let server = TestServer::start_with(TestOptions {
        database: Some(Arc::clone(&database)),
        ..TestOptions::default()
    })
    .await;
    let claire = server.staff("claire");
    let jean = server.customer("cst-jean", JEAN);
    for _ in 0..50 {
        let id = ticket_by(&jean, JEAN).await;
        let said = json!({ "message": "Bonjour" });
        claire.post(&at(&id, "/responses"), &said).await.expect(201);
    }
    all_mail_sent(&server).await;
    for (who, caller, route) in [
        ("staff", &claire, LIST),
        ("owner", &jean, LIST),
        ("staff", &claire, SEARCH),
    ] {
        let mut costs = Vec::new();
        for limit in [1, 50] {
            let path = format!("{route}?limit={limit}&priority=high");
            let asking =
                async { assert_eq!(ids(&caller.get(&path).await.expect(200)).len(), limit) };
            costs.push(statements_of(&database, &format!("{who}-{path}"), asking).await);
        }
        assert_eq!(costs, [2, 2], "{route}: the rows and their total");
    }
    server.stop().await;
}
