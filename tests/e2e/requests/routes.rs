//! One route, however its path ends and whatever asks for it.

use std::collections::BTreeSet;

use guichet::http::routes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use testkit::{TestOptions, TestServer, form};

use super::problems::assert_problem;
use crate::desk::{CONTACT, JEAN, LIST, at, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_behind_a_path_makes_no_other_route() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    for endpoint in routes::endpoints() {
        let path = [
            "{ticketId}",
            "{id}",
            "{faqId}",
            "{categoryId}",
            "{version}",
            "{staffId}",
            "{customerId}",
        ]
        .iter()
        .fold(endpoint.path.to_owned(), |path, name| {
            path.replace(name, "x1")
        });
        for method in [endpoint.method.as_str(), "HEAD", "PROPFIND"] {
            let method = method.parse::<Method>().expect("a method");
            let mut told = Vec::new();
            for path in [
                path.clone(),
                format!("{path}/"),
                format!("{path}/?limit=1"),
                format!("{path}?limit=1"),
            ] {
                let answer = staff.call(method.clone(), &path, None).await;
                assert!(!(300..400).contains(&answer.status), "{method} {path}");
                told.push((
                    answer.status,
                    answer.text_at("/code").to_owned(),
                    answer.header("allow").to_owned(),
                ));
            }
            let all: BTreeSet<_> = told.iter().collect();
            assert_eq!(all.len(), 1, "{method} {path}: {told:?}");
            assert_ne!(told[0].1, "route_not_found", "{method} {path}");
        }
    }
    let created = server
        .api
        .post(&format!("{CONTACT}/"), &form(JEAN))
        .await
        .expect(201);
    let id = created.text_at("/msg_id").to_owned();
    staff.get(&format!("{}/", at(&id, ""))).await.expect(200);
    staff.get("/api/messages/?limit=1").await.expect(200);
    for path in [
        "//api/messages",
        "/api//messages",
        "/api/messages//",
        "//metrics",
        "//",
    ] {
        assert_problem(&staff.get(path).await, 404, "route_not_found");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_are_one_route_to_repeated_requests_and_to_metrics() {
    let server = TestServer::start().await;
    let keyed = server.api.with_header("Idempotency-Key", "slash");
    let first = keyed.post(CONTACT, &form(JEAN)).await.expect(201);
    let again = keyed
        .post(&format!("{CONTACT}/"), &form(JEAN))
        .await
        .expect(201);
    assert_eq!(first.text, again.text);
    let refused = server.api.get(&format!("{LIST}/")).await.expect(401);
    assert_eq!(refused.text_at("/path"), LIST);
    let metrics = server.api.get("/metrics/").await.expect(200).text;
    let with_slash = metrics
        .lines()
        .filter(|line| line.contains("/tickets/\"") || line.contains("/contact/\""));
    assert_eq!(with_slash.count(), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_get_answers_head() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = ticket_by(&server.api, JEAN).await;
    for path in [
        "/",
        "/docs",
        "/docs/",
        "/docs/swagger-ui.css",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/openapi.json",
        "/api/openapi.json/",
        LIST,
        "/api/messages",
        "/api/support/faq",
        &at(&id, ""),
        "/docs/nothing",
        "/nothing",
        "/rate/TICKET-1",
        "/socket.io/",
    ] {
        let (get, head) = (
            staff.get(path).await,
            staff.call(Method::HEAD, path, None).await,
        );
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(
            head.header("content-type"),
            get.header("content-type"),
            "{path}"
        );
        assert_eq!(head.text, "", "{path}");
    }
    for path in [
        "/",
        "/docs",
        "/docs/",
        "/docs/index.html",
        "/ws/messaging",
        "/ws/messaging/",
    ] {
        let refused = staff.call(Method::DELETE, path, None).await;
        assert_problem(&refused, 405, "method_not_allowed");
        assert_eq!(refused.header("allow"), "GET", "{path}");
    }
    // Nothing but a GET can be upgraded, and a balancer that asks so learns that the route is there.
    let head = staff.call(Method::HEAD, "/ws/messaging", None).await;
    assert_eq!((head.status, head.header("allow")), (405, "GET"));
    assert_problem(&staff.get("/docs/nothing").await, 404, "route_not_found");
    server.stop().await;
}

fn question(origin: &str, method: &str, headers: &str) -> HeaderMap {
    let header = |name, value: &str| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a value"),
        )
    };
    [
        header("origin", origin),
        header("access-control-request-method", method),
        header("access-control-request-headers", headers),
    ]
    .into_iter()
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_may_not_call_is_told_which_setting_would_let_it() {
    let listed = TestOptions {
        settings: vec![(
            "GUICHET__HTTP__ALLOWED_ORIGINS",
            "https://shop.example".to_owned(),
        )],
        ..TestOptions::default()
    };
    for options in [TestOptions::default(), listed] {
        let has_list = !options.settings.is_empty();
        let server = TestServer::start_with(options).await;
        let asks = async |origin: &str, method: &str, headers: &str| {
            let names = question(origin, method, headers);
            let api = names.iter().fold(server.api.clone(), |api, (name, value)| {
                api.with_header(name.as_str(), value.to_str().expect("a text"))
            });
            api.call(Method::OPTIONS, CONTACT, None).await
        };
        let refused = asks("https://evil.example", "POST", "content-type").await;
        assert_problem(&refused, 403, "origin_not_allowed");
        assert!(
            refused.text_at("/detail").contains("http.allowed_origins"),
            "{}",
            refused.text
        );
        assert_eq!(refused.header("access-control-allow-origin"), "");
        if has_list {
            let allowed = asks("https://shop.example", "POST", "content-type")
                .await
                .expect(200);
            assert_eq!(
                allowed.header("access-control-allow-origin"),
                "https://shop.example"
            );
            let refused = asks("https://shop.example", "POST", "x-other").await;
            assert_problem(&refused, 403, "cross_origin_refused");
            assert!(
                refused.text_at("/detail").contains("idempotency-key"),
                "{}",
                refused.text
            );
            let refused = asks("https://shop.example", "TRACE", "content-type").await;
            assert!(
                refused.text_at("/detail").contains("PATCH"),
                "{}",
                refused.text
            );
        }
        let plain = server.api.call(Method::OPTIONS, CONTACT, None).await;
        assert_problem(&plain, 405, "method_not_allowed");
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_texts_fit_into_a_body_however_they_are_escaped() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    // Twelve bytes each: what some encoders write for every letter outside the BMP.
    let escaped = |length: usize| "\\ud83d\\ude97".repeat(length);
    let body = form(JEAN).to_string();
    let longest = [
        ("Jean Dupont", 120),
        ("Problème démarrage véhicule", 200),
        ("Renault", 60),
        ("Clio", 60),
    ];
    let body = longest.iter().fold(body, |body, (text, length)| {
        body.replacen(text, &escaped(*length), 1)
    });
    let message = form(JEAN)["message"].as_str().expect("a text").to_owned();
    let body = body.replacen(&message, &escaped(20_000), 1);
    let created = server
        .api
        .call(Method::POST, CONTACT, Some(body.into_bytes()))
        .await
        .expect(201);
    let id = created.text_at("/msg_id").to_owned();
    let answer = format!(r#"{{"message":"{}"}}"#, escaped(20_000));
    claire
        .call(
            Method::POST,
            &at(&id, "/responses"),
            Some(answer.into_bytes()),
        )
        .await
        .expect(201);
    let article = format!(
        r#"{{"question":"{}","answer":"{}","category":"orders","tags":["{}"]}}"#,
        escaped(300),
        escaped(20_000),
        vec![escaped(50); 20].join("\",\"")
    );
    claire
        .call(Method::POST, "/api/support/faq", Some(article.into_bytes()))
        .await
        .expect(201);
    let letter = format!(
        r#"{{"subject":"{}","message":"{}"}}"#,
        escaped(200),
        escaped(20_000)
    );
    let suggestions = "/api/support/contact/suggestions";
    server
        .api
        .call(Method::POST, suggestions, Some(letter.into_bytes()))
        .await
        .expect(200);
    let long = json!({ "message": "x".repeat(262_144) });
    assert_problem(
        &claire.post(&at(&id, "/responses"), &long).await,
        413,
        "body_too_large",
    );
    server.stop().await;
}
