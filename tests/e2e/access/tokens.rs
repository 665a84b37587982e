//! Tokens as issuers make them and clients hand them on: taken in every form and place that honest
//! people use, over HTTP and in both dialects; what is refused breaks nothing.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use shared_kernel::{Clock as _, Role};
use testkit::ws_client::WsClient;
use testkit::{Answer, PATIENCE, TestOptions, TestServer, form};

use crate::desk::{
    CONTACT, FAQ, FAQ_CATEGORIES, JEAN, LIST, STATS, article_by, at, faq_at, form_with, ticket_by,
};

fn soon(server: &TestServer) -> i64 {
    (server.clock.now() + TimeDelta::hours(1)).timestamp()
}

/// Whether a native socket is let in: by what its handshake shows, else by this `auth` frame.
async fn native(
    server: &TestServer,
    query: &str,
    headers: &[(&str, &str)],
    auth: Option<&str>,
) -> bool {
    let url = format!("{}{query}", server.socket_url());
    let mut socket = WsClient::connect_with(&url, headers)
        .await
        .expect("a handshake");
    if let Some(token) = auth {
        let frame = json!({ "event": "auth", "data": { "token": token } });
        socket.send(&frame).await;
    }
    match socket.next_or_closed(PATIENCE).await {
        Some(first) => {
            assert_eq!(first["event"], "connected", "{first}");
            true
        }
        None => false,
    }
}

/// Whether a Socket.IO client is let into the namespace, by polling.
async fn socket_io(server: &TestServer, query: &str, auth: &Value) -> bool {
    let path = format!("/socket.io/?EIO=4&transport=polling{query}");
    let open = server.api.get(&path).await.expect(200);
    let open: Value = serde_json::from_str(&open.text[1..]).expect("an open packet");
    let path = format!("{path}&sid={}", open["sid"].as_str().expect("an id"));
    let enter = format!("40/messaging,{auth}").into_bytes();
    server
        .api
        .call(Method::POST, &path, Some(enter))
        .await
        .expect(200);
    let entered = server.api.get(&path).await.expect(200);
    assert!(
        entered.text.starts_with("40/messaging,") || entered.text.contains("unauthorized"),
        "{}",
        entered.text
    );
    entered.text.starts_with("40/messaging,")
}

/// Whether everybody who may be shown a token takes this one.
async fn taken_everywhere(server: &TestServer, claims: &Value) -> [bool; 3] {
    let token = server.token_of(claims);
    let http = server.api.with_token(&token).get(LIST).await;
    assert!([200, 401].contains(&http.status), "{claims}: {}", http.text);
    [
        http.status == 200,
        native(
            server,
            "",
            &[("Authorization", &format!("Bearer {token}"))],
            None,
        )
        .await,
        socket_io(server, "", &json!({ "token": token })).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_read_alike_over_http_and_in_both_dialects() {
    let server = TestServer::start().await;
    let exp = soon(&server);
    #[expect(clippy::cast_precision_loss, reason = "seconds of our days")]
    let fraction = exp as f64 + 0.25;
    for (claims, taken) in [
        (
            json!({ "sub": "p1", "exp": fraction, "iat": 1_700_000_000.5 }),
            true,
        ),
        (json!({ "sub": "p2", "exp": exp, "role": "Staff" }), true),
        (json!({ "sub": "p3", "exp": exp, "role": "ADMIN" }), true),
        (json!({ "sub": 42.0, "exp": exp, "level": "7" }), true),
        (
            json!({ "sub": "p4", "exp": exp, "email": 7, "name": [] }),
            true,
        ),
        (json!({ "sub": "p5", "exp": 253_402_300_799_i64 }), true),
        (
            json!({ "sub": "https://id.example/users/42?x=1", "exp": exp }),
            true,
        ),
        (json!({ "sub": "x".repeat(255), "exp": exp }), true),
        // Milliseconds, and what no calendar can add five seconds to.
        (json!({ "sub": "p6", "exp": exp * 1_000 }), false),
        (json!({ "sub": "p7", "exp": 8_210_266_876_795_i64 }), false),
        (json!({ "sub": "p8", "exp": i64::MAX }), false),
        (json!({ "sub": "p9", "exp": exp, "iss": ["shop"] }), false),
        (
            json!({ "sub": "p10", "exp": exp, "role": ["staff"] }),
            false,
        ),
        (json!({ "sub": "p11", "exp": exp, "level": "boss" }), false),
    ] {
        assert_eq!(
            taken_everywhere(&server, &claims).await,
            [taken; 3],
            "{claims}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_capitals_has_its_rights() {
    let server = TestServer::start().await;
    for (role, status) in [("STAFF", 200), ("Admin", 200), ("Customer", 403)] {
        let claims = json!({ "sub": format!("u-{role}"), "exp": soon(&server), "role": role });
        let caller = server.api.with_token(&server.token_of(&claims));
        assert_eq!(caller.get(STATS).await.status, status, "{role}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_be_shown_as_it_stands_in_the_header_in_every_place() {
    let server = TestServer::start().await;
    let token = server.token(Role::Customer, "cst-jean", None);
    for shown in [
        token.clone(),
        format!("Bearer {token}"),
        format!("bearer  {token} "),
    ] {
        let encoded = shown.replace(" ", "%20");
        assert!(
            native(&server, "", &[], Some(&shown)).await,
            "auth frame {shown:?}"
        );
        assert!(
            native(&server, &format!("?token={encoded}"), &[], None).await,
            "query {shown:?}"
        );
        let offered = format!("bearer, {}", shown.trim());
        let beside = [("Sec-WebSocket-Protocol", offered.as_str())];
        assert!(
            native(&server, "", &beside, None).await,
            "subprotocol {shown:?}"
        );
        assert!(
            socket_io(&server, "", &json!({ "token": shown })).await,
            "auth {shown:?}"
        );
        let query = format!("&token={encoded}");
        assert!(
            socket_io(&server, &query, &json!({})).await,
            "query {shown:?}"
        );
    }
    for other in [
        format!("Basic {token}"),
        format!("Bearer{token}"),
        "Bearer ".to_owned(),
    ] {
        assert!(!native(&server, "", &[], Some(&other)).await, "{other:?}");
        assert!(
            !socket_io(&server, "", &json!({ "token": other })).await,
            "{other:?}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_a_line_end_checks_the_tokens_of_who_has_it_with_and_without() {
    const PLAIN: &str = "a-secret-with-a-line-end-of-enough-bytes-0123456789";
    let server = TestServer::start_with(TestOptions {
        settings: vec![("JWT_SECRET", format!("\u{feff}{PLAIN}\n"))],
        ..TestOptions::default()
    })
    .await;
    for secret in [PLAIN.to_owned(), format!("\u{feff}{PLAIN}\n")] {
        let token = identity::NewToken {
            id: shared_kernel::UserId::parse("cst-jean").unwrap(),
            role: Role::Customer,
            email: None,
            name: None,
            issuer: None,
            audience: None,
            lasts: TimeDelta::hours(1),
        };
        let token = identity::sign(&token, secret.as_bytes(), server.clock.now()).unwrap();
        server.api.with_token(&token).get(LIST).await.expect(200);
    }
    server.stop().await;
}

/// What tells a page that the token it keeps is none any more.
fn challenge(answer: &Answer) -> String {
    answer.header("www-authenticate").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_beside_a_public_read_is_told_and_takes_nothing_away() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let id = article_by(&claire, json!({})).await;
    let hidden = article_by(&claire, json!({ "published": false })).await;
    let expired = server.token_for(Role::Staff, "staff-claire", None, TimeDelta::hours(-1));
    let stats = format!("{FAQ}/stats");
    for (caller, why) in [
        (server.api.with_token(&expired), "the token has expired"),
        (
            server.api.with_token("not.a.token"),
            "the token is not valid",
        ),
        (
            server.api.with_header("Authorization", "Basic eDp5"),
            "one Authorization header with one bearer token is expected",
        ),
    ] {
        for path in [
            FAQ,
            FAQ_CATEGORIES,
            &stats,
            &faq_at(&id, ""),
            "/api/support/faq/categories/orders",
        ] {
            let anybody = server.api.get(path).await.expect(200);
            let answer = caller.get(path).await.expect(200);
            assert_eq!(answer.body, anybody.body, "{path}: as for anybody");
            let told = format!(r#"Bearer error="invalid_token", error_description="{why}""#);
            assert_eq!(
                (challenge(&answer), challenge(&anybody)),
                (told, String::new()),
                "{path}"
            );
            assert_eq!(
                answer.header("cache-control"),
                "private, no-store",
                "{path}"
            );
        }
        caller.get(&faq_at(&hidden, "")).await.expect(404);
        let helpful = json!({ "helpful": true });
        let voted = caller
            .put(&faq_at(&id, "/helpful"), &helpful)
            .await
            .expect(200);
        assert!(!challenge(&voted).is_empty());
        // What cannot do without one is refused as ever.
        for path in [LIST, STATS] {
            let refused = caller.get(path).await.expect(401);
            assert_eq!(challenge(&refused), "Bearer");
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_takes_a_request_beside_a_refused_token_as_a_strangers_and_says_so() {
    let server = TestServer::start().await;
    let jean = server.customer("cst-jean", JEAN);
    jean.get(LIST).await.expect(200);
    let expired = server.token_for(Role::Customer, "cst-jean", Some(JEAN), TimeDelta::hours(-1));
    let caller = server
        .api
        .with_token(&expired)
        .with_header("Idempotency-Key", "form-1");
    let written = caller.post(CONTACT, &form(JEAN)).await.expect(201);
    assert!(challenge(&written).contains("the token has expired"));
    assert_eq!(written.text_at("/warnings/0/code"), "token_expired");
    assert_eq!(
        written.text_at("/warnings/0/message"),
        "Session expirée : la demande est enregistrée comme celle d'un visiteur"
    );
    let again = caller.post(CONTACT, &form(JEAN)).await.expect(201);
    assert_eq!(again.text, written.text);
    // It proves nothing: staff see that, and the id shown is the one derived from the address.
    let id = written.text_at("/msg_id");
    assert_ne!(written.text_at("/msg_cst_id"), "cst-jean");
    let shown = server
        .staff("staff-claire")
        .get(&at(id, ""))
        .await
        .expect(200);
    assert_eq!(shown.body["unverified"], true);
    // A page that says who is there as well: what its token does not show any more is not believed.
    let named = form_with(JEAN, json!({ "customer_id": "cst-jean" }));
    let named = server.api.with_token(&expired).post(CONTACT, &named).await;
    let named = named.expect(201);
    assert_eq!(named.text_at("/warnings/0/code"), "token_expired");
    assert_ne!(named.text_at("/msg_cst_id"), "cst-jean");
    // Without a token there is nothing to say.
    let plain = server.api.post(CONTACT, &form(JEAN)).await.expect(201);
    assert_eq!(
        (plain.body.get("warnings"), challenge(&plain)),
        (None, String::new())
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_rate_without_a_link_is_told_why_the_token_is_none() {
    let server = TestServer::start().await;
    let id = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let expired = server.token_for(Role::Customer, "cst-jean", Some(JEAN), TimeDelta::hours(-1));
    let rating = json!({ "rating": 5 });
    let path = at(&id, "/satisfaction");
    let refused = server
        .api
        .with_token(&expired)
        .post(&path, &rating)
        .await
        .expect(401);
    assert_eq!(refused.text_at("/code"), "token_expired");
    let nobody = server.api.post(&path, &rating).await.expect(401);
    assert_eq!(nobody.text_at("/code"), "unauthorized");
    server.stop().await;
}
