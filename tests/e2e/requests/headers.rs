//! Headers that mean nothing: keys and tags.

use serde_json::json;
use shared_kernel::Role;
use testkit::{TestServer, form};

use super::problems::{assert_problem, assert_refused};
use super::raw_http::{self, exchange};
use crate::desk::{CONTACT, FAQ, JEAN, article_by, at, count, faq_at, ticket_by};

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

#[tokio::test(flavor = "multi_thread")]
async fn of_a_list_of_tags_one_that_stands_is_enough() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let closing = json!({ "status": "closed", "staff_id": "staff-claire" });
    for (tags, status) in [
        (&["\"7\", \"1\""][..], 200),
        (&["\"7\"", "\"1\""], 200),
        (&["W/\"1\""], 200),
        (&["\"1-gzip\""], 200),
        (&["\"x, y\",W/\"1\" , \"9\""], 200),
        (&["\"7\", *"], 200),
        (&["\"7\", \"2\""], 412),
        (&["W/\"2\""], 412),
    ] {
        for end in ["/status", "/assign"] {
            let id = ticket_by(&server.api, JEAN).await;
            let caller = tags.iter().fold(staff.clone(), |caller, tag| {
                caller.with_header("If-Match", tag)
            });
            let answer = caller.put(&at(&id, end), &closing).await;
            assert_eq!(answer.status, status, "{tags:?} {end}: {}", answer.text);
        }
    }
    let article = format!("{FAQ}/FAQ-00000001");
    let shown = server.api.get(&article).await.expect(200);
    let tag = shown.header("etag").to_owned();
    for held in [format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let reader = server.api.with_header("If-None-Match", &held);
        reader.get(&article).await.expect(304);
    }
    for (number, tags) in [format!("\"99\", {tag}"), "W/\"2\"".to_owned()]
        .iter()
        .enumerate()
    {
        let change = json!({ "tags": [format!("essai {number}")] });
        let writer = staff.with_header("If-Match", tags);
        writer.put(&article, &change).await.expect(200);
    }
    let late = staff.with_header("If-Match", "\"1\", W/\"2\"");
    late.put(&article, &json!({ "tags": [] })).await.expect(412);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn languages_are_read_from_every_line_of_their_header() {
    let server = TestServer::start().await;
    let reader = server.api.with_header("Accept-Language", "es;q=0.1");
    let reader = reader.with_header("Accept-Language", "en");
    let shown = reader.get(&format!("{FAQ}/FAQ-00000001")).await.expect(200);
    assert_eq!(shown.header("content-language"), "en");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tokens_or_two_keys_none_counts() {
    let server = TestServer::start().await;
    let token = |id: &str| server.token(Role::Customer, id, None);
    let (jean, paul) = (token("cst-jean"), token("cst-paul"));
    let ask = async |first: &str, second: &str| {
        let request = format!(
            "GET /api/messages HTTP/1.1\r\nHost: guichet\r\nAuthorization: Bearer {first}\r\n\
             Authorization: Bearer {second}\r\nConnection: close\r\n\r\n"
        );
        exchange(server.server.address, request.into_bytes()).await
    };
    for (first, second) in [(&jean, &paul), (&paul, &jean)] {
        let answer = ask(first, second).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (401, Some("invalid_token"))
        );
        let words = answer.body["message"].as_str().unwrap_or_default();
        assert!(words.contains("Un seul en-tête Authorization"), "{words}");
    }
    assert_eq!(ask(&jean, &jean).await.status, 200);
    let body = form(JEAN).to_string();
    let length = format!("Content-Length: {}", body.len());
    let keyed = async |second: &str| {
        let second = format!("Idempotency-Key: {second}");
        let headers = [
            "Content-Type: application/json",
            &length,
            "Idempotency-Key: one",
            &second,
        ];
        exchange(
            server.server.address,
            raw_http::post(CONTACT, &headers, body.as_bytes()),
        )
        .await
    };
    let two = keyed("other").await;
    assert_eq!(
        (two.status, &two.body["errors"][0]["field"]),
        (400, &json!("Idempotency-Key"))
    );
    assert_eq!(keyed("one").await.status, 201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_told_beside_what_is_not_there_for_anybody() {
    let server = TestServer::start().await;
    let hidden = article_by(&server.staff("staff-claire"), json!({ "published": false })).await;
    let stale = server.api.with_token("not.a.token");
    let answer = stale.get(&faq_at(&hidden, "")).await;
    assert_problem(&answer, 404, "faq_not_found");
    assert!(answer.header("www-authenticate").contains("invalid_token"));
    let document = server.api.get("/api/openapi.json").await.expect(200);
    let said = document
        .body
        .pointer("/paths/~1api~1support~1faq~1{faqId}/get/responses/404/headers/WWW-Authenticate");
    assert!(said.is_some());
    server.stop().await;
}
