//! The public form's allowance: whose it is, and what counts against it.

use serde_json::json;
use testkit::{Api, TestOptions, TestServer, form};

use super::problems::{assert_problem, assert_refused};
use crate::desk::{CONTACT, JEAN, form_with};

const KEY: &str = "a-key-of-the-shops-web-server-0123456789";

async fn server(settings: &[(&'static str, &str)]) -> TestServer {
    let usual = [
        ("GUICHET__LIMITS__CONTACT_PER_MINUTE", "1"),
        ("GUICHET__LIMITS__CONTACT_BURST", "2"),
    ];
    let settings = usual
        .iter()
        .chain(settings)
        .map(|(name, value)| (*name, (*value).to_owned()));
    TestServer::start_with(TestOptions {
        settings: settings.collect(),
        ..TestOptions::default()
    })
    .await
}

async fn statuses(api: &Api, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(api.post(CONTACT, &form(JEAN)).await.status);
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn only_accepted_tickets_count_against_the_allowance() {
    let server = server(&[]).await;
    let bad = form_with(JEAN, json!({ "subject": "court" }));
    for _ in 0..5 {
        assert_refused(&server.api.post(CONTACT, &bad).await, &["subject"]);
    }
    // A repeated request makes no second ticket.
    let keyed = server.api.with_header("Idempotency-Key", "once");
    assert_eq!(statuses(&keyed, 3).await, [201, 201, 201]);
    assert_eq!(statuses(&server.api, 2).await, [201, 429]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_forms_are_limited_too() {
    let server = server(&[]).await;
    let bad = form_with(JEAN, json!({ "subject": "court" }));
    let mut refused = 0;
    let last = loop {
        let answer = server.api.post(CONTACT, &bad).await;
        if answer.status != 400 {
            break answer;
        }
        refused += 1;
        assert!(refused < 100, "there is no limit");
    };
    assert_problem(&last, 429, "rate_limited");
    assert!(last.header("retry-after").parse::<u32>().expect("seconds") > 0);
    assert!(
        refused >= 12,
        "six for each ticket that may be taken at once: {refused}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shops_web_server_names_the_visitor_it_posts_for() {
    let server = server(&[("GUICHET__HTTP__TRUSTED_KEYS", KEY)]).await;
    let shop = server.api.with_header("X-Guichet-Key", KEY);
    for visitor in ["203.0.113.1", "203.0.113.2", "[2001:db8::1]:4711"] {
        let visitor = shop.with_header("X-Forwarded-For", visitor);
        assert_eq!(statuses(&visitor, 3).await, [201, 201, 429]);
    }
    // Without the key nobody is believed, and with it and no name the shop counts for itself.
    for caller in [
        server.api.clone(),
        server.api.with_header("X-Guichet-Key", "guess"),
    ] {
        let spoofed = caller.with_header("X-Forwarded-For", "203.0.113.9");
        assert_eq!(statuses(&spoofed, 3).await.last(), Some(&429));
    }
    assert_eq!(statuses(&shop, 1).await, [429]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_each_client_has_an_allowance_however_the_proxy_writes_it() {
    for (header, hops) in [
        (
            "X-Forwarded-For",
            ["203.0.113.1:4711", "203.0.113.2:4711", "[2001:db8:1::1]:80"],
        ),
        (
            "Forwarded",
            [
                "for=203.0.113.1",
                "for=\"203.0.113.2:80\";proto=https",
                "for=\"[2001:db8:1::1]:80\"",
            ],
        ),
    ] {
        let settings = [
            ("GUICHET__HTTP__TRUSTED_PROXIES", "127.0.0.0/8"),
            ("GUICHET__HTTP__ADDRESS_HEADER", header),
        ];
        let server = server(&settings).await;
        for hop in hops {
            let client = server.api.with_header(header, hop);
            assert_eq!(
                statuses(&client, 3).await,
                [201, 201, 429],
                "{header}: {hop}"
            );
        }
        server.stop().await;
    }
}
