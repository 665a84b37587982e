//! What is served, what the document says and what the access tests cover are one list.

use std::collections::BTreeSet;

use guichet::http::routes;
use serde_json::{Value, json};
use testkit::TestServer;

use super::rules;

type Routes = BTreeSet<(String, String)>;

fn served() -> Routes {
    routes::endpoints()
        .iter()
        .map(|endpoint| (endpoint.method.to_string(), endpoint.path.to_owned()))
        .collect()
}

fn described(document: &Value) -> Routes {
    let mut routes = Routes::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    routes
}

#[test]
fn the_document_describes_exactly_what_is_served() {
    let document = serde_json::to_value(routes::document()).expect("the document is JSON");
    assert_eq!(described(&document), served());
}

#[test]
fn the_table_of_rights_has_a_row_for_exactly_what_is_served() {
    let covered: Routes = rules::rows()
        .iter()
        .map(|row| (row.method.to_string(), row.path.to_owned()))
        .collect();
    assert_eq!(covered, served());
}

#[test]
fn the_document_says_which_routes_need_a_token() {
    let document = serde_json::to_value(routes::document()).expect("the document is JSON");
    for row in rules::rows() {
        let operation = &document["paths"][row.path][row.method.as_str().to_lowercase()];
        let security = operation["security"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let public = security.is_empty() || security.contains(&json!({}));
        let documented_401 = operation["responses"].get("401").is_some();
        assert_eq!(
            row.needs_token(),
            !public || documented_401,
            "{} {}",
            row.method,
            row.path
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_served_document_is_the_generated_one() {
    let server = TestServer::start().await;
    let served = server.api.get("/api/openapi.json").await.expect(200);
    let generated = serde_json::to_value(routes::document()).expect("the document is JSON");
    assert_eq!(served.body, generated);
    assert_eq!(served.text_at("/openapi"), "3.1.0");
    server.stop().await;
}
