//! What a page costs does not depend on its length.

use std::sync::Arc;

use serde_json::json;
use testkit::statements::Statements;
use testkit::{TestDatabase, TestOptions, TestServer};

use crate::desk::{JEAN, LIST, SEARCH, all_mail_sent, at, ids, ticket_by};

/// Of the statements run meanwhile, those that answer requests.
fn of_requests(run: &[String]) -> usize {
    let of_requests = run
        .iter()
        // The server's own chores lock what they read, or read other tables.
        .filter(|text| !text.contains("SKIP LOCKED"))
        .filter(|text| {
            let tables = ["___xtr_", "___config_admin", "measure = 'tickets'"];
            tables.iter().any(|table| text.contains(table))
        });
    of_requests.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_fifty_costs_as_many_statements_as_a_page_of_one() {
    let database = Arc::new(TestDatabase::new().await);
    let statements = Statements::of(&database).await;
    let server = TestServer::start_with(TestOptions {
        settings: vec![("DATABASE_URL", statements.url.clone())],
        database: Some(database),
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
    for (caller, route) in [(&claire, LIST), (&jean, LIST), (&claire, SEARCH)] {
        let mut costs = Vec::new();
        for limit in [1, 50] {
            let path = format!("{route}?limit={limit}&priority=high");
            let (page, run) = statements.run_by(caller.get(&path)).await;
            assert_eq!(ids(&page.expect(200)).len(), limit);
            costs.push(of_requests(&run));
        }
        assert_eq!(costs, [2, 2], "{route}: the rows and their total");
    }
    server.stop().await;
}
