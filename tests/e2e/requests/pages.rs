//! Pages: what they are made of, and what they forbid.

use testkit::TestServer;

use crate::desk::{JEAN, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_forbids_what_it_does_not_need() {
    let server = TestServer::start().await;
    let id = ticket_by(&server.api, JEAN).await;
    for path in [
        "/docs",
        "/docs/",
        "/docs/index.html",
        &format!("/rate/{id}?sig=x"),
        "/rate/x/?sig=1.2.x",
    ] {
        let page = server.api.get(path).await;
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{path}: {}",
            page.text
        );
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("script-src 'unsafe-inline'") && !policy.contains("unsafe-eval"),
            "{policy}"
        );
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
    }
    let json = server.api.get("/healthz").await;
    assert_eq!(json.header("content-security-policy"), "");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_page_finds_its_parts_with_and_without_a_slash() {
    let server = TestServer::start().await;
    let (bare, slashed) = (
        server.api.get("/docs").await.expect(200),
        server.api.get("/docs/").await.expect(200),
    );
    assert_eq!(bare.text, slashed.text);
    assert!(
        !bare.text.contains("<style") && !bare.text.contains("javascript:"),
        "{}",
        bare.text
    );
    let parts: Vec<&str> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| bare.text.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(parts.len() >= 6, "{parts:?}");
    for part in parts {
        assert!(part.starts_with("/docs/"), "{part}");
        let got = server.api.get(part).await.expect(200);
        assert!(!got.text.is_empty(), "{part}");
    }
    let script = server
        .api
        .get("/docs/swagger-initializer.js")
        .await
        .expect(200);
    assert!(script.text.contains("/api/openapi.json"), "{}", script.text);
    server.stop().await;
}
