//! Headers that mean nothing: keys and tags.

use serde_json::json;
use testkit::{TestServer, form};

use super::problems::{assert_problem, assert_refused};
use super::raw_http::{self, exchange};
use crate::desk::{CONTACT, JEAN, at, count, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_one_is_refused() {
    let server = TestServer::start().await;
    let long = "k".repeat(256);
    for key in ["", "   ", &long] {
        let answer = server
            .api
            .with_header("Idempotency-Key", key)
            .post(CONTACT, &form(JEAN))
            .await;
        assert_refused(&answer, &["Idempotency-Key"]);
    }
    let body = form(JEAN).to_string();
    let length = format!("Content-Length: {}", body.len());
    let headers = [
        "Content-Type: application/json",
        &length,
        "Idempotency-Key: clé",
    ];
    let answer = exchange(
        server.server.address,
        raw_http::post(CONTACT, &headers, body.as_bytes()),
    )
    .await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(answer.body["errors"][0]["field"], "Idempotency-Key");
    assert_eq!(count(&server, "___xtr_msg").await, 0);
    let longest = "k".repeat(255);
    server
        .api
        .with_header("Idempotency-Key", &longest)
        .post(CONTACT, &form(JEAN))
        .await
        .expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_none_of_ours_is_stale() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = ticket_by(&server.api, JEAN).await;
    for tag in [
        "",
        "1",
        "abc",
        "\"abc\"",
        "\"\"",
        "\"",
        "W/\"1\"",
        "\"01\"",
        "\"+1\"",
        "\"-1\"",
        "\"1",
        "\"99999999999999999999999\"",
    ] {
        let caller = staff.with_header("If-Match", tag);
        let closing = json!({ "status": "closed", "staff_id": "staff-claire" });
        for end in ["/status", "/assign"] {
            let answer = caller.put(&at(&id, end), &closing).await;
            assert_eq!(answer.status, 412, "{tag} {end}: {}", answer.text);
            assert_problem(&answer, 412, "stale_version");
        }
    }
    let shown = staff.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.body["version"], 1);
    server.stop().await;
}
