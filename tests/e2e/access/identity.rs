//! Who is whom: callers entered on first use, addresses proven and merely typed, orders, claims.

use chrono::TimeDelta;
use identity::signing_secret;
use serde_json::{Value, json};
use settings::Config;
use shared_kernel::{Clock as _, Role};
use testkit::{Api, TestServer, form};

use crate::desk::{CONTACT, JEAN, LIST, STATS, at, count, form_with, ids, ticket_by};

async fn sees(caller: &Api) -> Vec<String> {
    ids(&caller.get(LIST).await.expect(200))
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_can_be_assigned_as_soon_as_they_came_by() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let id = ticket_by(&server.api, JEAN).await;
    let sophie = json!({ "staff_id": "staff-sophie" });
    let unknown = claire.put(&at(&id, "/assign"), &sophie).await.expect(400);
    assert_eq!(unknown.text_at("/errors/0/field"), "staff_id");
    assert_eq!(unknown.text_at("/errors/0/code"), "unknown");

    let claims = json!({
        "sub": "staff-sophie", "role": "staff", "name": "Sophie Bernard", "email": "sophie@shop.example",
        "exp": (server.clock.now() + TimeDelta::hours(1)).timestamp(),
    });
    let token = server.token_of(&claims);
    server.api.with_token(&token).get(STATS).await.expect(200);
    claire.put(&at(&id, "/assign"), &sophie).await.expect(200);
    let shown = claire.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.text_at("/staff/cnfa_name"), "Sophie Bernard");
    assert_eq!(shown.text_at("/staff/cnfa_mail"), "sophie@shop.example");

    // A customer is nobody to assign to, whoever they are.
    server
        .customer("cst-paul", "paul@example.com")
        .get(LIST)
        .await
        .expect(200);
    let paul = json!({ "staff_id": "cst-paul" });
    claire.put(&at(&id, "/assign"), &paul).await.expect(400);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wrote_through_the_form_finds_it_once_signed_in_with_that_address() {
    let server = TestServer::start().await;
    let first = ticket_by(&server.api, "Jean.Dupont@Example.com").await;
    let second = ticket_by(&server.api, JEAN).await;
    let jean = server.customer("cst-jean", JEAN);
    let mut found = sees(&jean).await;
    found.sort();
    let mut written = vec![first.clone(), second.clone()];
    written.sort();
    assert_eq!(found, written);
    for id in [&first, &second] {
        let shown = jean.get(&at(id, "")).await.expect(200);
        assert_eq!(shown.text_at("/msg_cst_id"), "cst-jean");
        let said = json!({ "message": "C'est bien moi." });
        jean.post(&at(id, "/responses"), &said).await.expect(201);
    }
    assert_eq!(count(&server, "___xtr_customer").await, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_known_without_an_address_finds_what_they_wrote_once_it_is_proven() {
    let server = TestServer::start().await;
    let bare = server
        .api
        .with_token(&server.token(Role::Customer, "cst-jean", None));
    let own = ticket_by(&bare, JEAN).await;
    let typed = ticket_by(&server.api, JEAN).await;
    assert_eq!(sees(&bare).await, [own.as_str()]);
    let jean = server.customer("cst-jean", JEAN);
    let mut found = sees(&jean).await;
    found.sort();
    let mut written = vec![own, typed];
    written.sort();
    assert_eq!(found, written);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_proven_finds_nothing() {
    let server = TestServer::start().await;
    let id = ticket_by(&server.api, JEAN).await;
    let exp = (server.clock.now() + TimeDelta::hours(1)).timestamp();
    for (number, more) in [
        json!({ "email": JEAN, "email_verified": false }),
        json!({ "email": "jean.dupond@example.com" }),
        json!({ "email": format!("{JEAN}.evil.example") }),
        json!({ "email": "not an address" }),
        json!({}),
        json!({ "name": JEAN }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut claims = more;
        claims["sub"] = json!(format!("cst-mallory-{number}"));
        claims["exp"] = json!(exp);
        let mallory = server.api.with_token(&server.token_of(&claims));
        assert_eq!(sees(&mallory).await, Vec::<String>::new(), "{claims}");
        mallory.get(&at(&id, "")).await.expect(404);
        // Typing the address into a form of one's own does not help.
        let own = ticket_by(&mallory, JEAN).await;
        assert_eq!(sees(&mallory).await, [own]);
        mallory.get(&at(&id, "")).await.expect(404);
    }
    // And Jean finds it all the same, without what Mallory wrote.
    assert_eq!(sees(&server.customer("cst-jean", JEAN)).await, [id]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_typed_under_a_known_address_is_unverified_and_hidden_until_the_address_is_shown()
{
    let server = TestServer::start().await;
    let jean = server.customer("cst-jean", JEAN);
    assert_eq!(sees(&jean).await, Vec::<String>::new());
    let typed = ticket_by(&server.api, JEAN).await;

    let claire = server.staff("staff-claire");
    let shown = claire.get(&at(&typed, "")).await.expect(200);
    assert_eq!(shown.body["unverified"], true);
    assert_eq!(shown.text_at("/msg_cst_id"), "cst-jean", "linked for staff");
    let bare = server
        .api
        .with_token(&server.token(Role::Customer, "cst-jean", None));
    assert_eq!(sees(&bare).await, Vec::<String>::new());
    for end in ["", "/responses"] {
        bare.get(&at(&typed, end)).await.expect(404);
    }
    let moved = server.customer("cst-jean", "jean@elsewhere.example");
    moved.get(&at(&typed, "")).await.expect(404);
    assert_eq!(
        sees(&server.customer("cst-jean", JEAN)).await,
        [typed.as_str()]
    );
    // What they wrote themselves is theirs with any token.
    let own = ticket_by(&jean, JEAN).await;
    assert_eq!(sees(&bare).await, [own.as_str()]);
    let shown = claire.get(&at(&own, "")).await.expect(200);
    assert_eq!(shown.body["unverified"], false);
    server.stop().await;
}

/// The names of all fields, however deep.
fn shape(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                let inner = shape(value)
                    .into_iter()
                    .map(move |deep| format!("{name}.{deep}"));
                std::iter::once(name.clone()).chain(inner)
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_form_does_not_tell_whether_an_address_is_known() {
    let server = TestServer::start().await;
    let jean = server.customer("cst-jean", JEAN);
    jean.get(LIST).await.expect(200);
    order(&server, "ord-1", "cst-jean", "ORD-2024-12345").await;
    let mut shapes = Vec::new();
    for email in [JEAN, "nobody@example.com"] {
        let mut ids = Vec::new();
        for _ in 0..3 {
            let answer = server.api.post(CONTACT, &form(email)).await.expect(201);
            ids.push(answer.text_at("/msg_cst_id").to_owned());
            assert!(
                answer.text_at("/msg_cst_id").starts_with("CST-"),
                "{}",
                answer.text
            );
            assert!(!answer.text.contains("cst-jean") && !answer.text.contains("ord-1"));
            let mut headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            headers.sort();
            shapes.push((
                shape(&answer.body),
                headers,
                answer.header("etag").to_owned(),
            ));
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "one address, one id: {ids:?}");
    }
    shapes.dedup();
    assert_eq!(shapes.len(), 1, "{shapes:?}");
    // Nor after the unknown one became known.
    let before = server
        .api
        .post(CONTACT, &form("nobody@example.com"))
        .await
        .expect(201);
    server
        .customer("cst-nobody", "nobody@example.com")
        .get(LIST)
        .await
        .expect(200);
    let after = server
        .api
        .post(CONTACT, &form("nobody@example.com"))
        .await
        .expect(201);
    assert_eq!(before.text_at("/msg_cst_id"), after.text_at("/msg_cst_id"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_in_another_customers_name() {
    let server = TestServer::start().await;
    let jean = server.customer("cst-jean", JEAN);
    let paul = server.customer("cst-paul", "paul@example.com");
    jean.get(LIST).await.expect(200);
    let as_jean = form_with(JEAN, json!({ "customer_id": "cst-jean" }));
    for stranger in [&paul, &server.api] {
        let refused = stranger.post(CONTACT, &as_jean).await.expect(403);
        assert_eq!(refused.text_at("/code"), "identity_mismatch");
    }
    let own = jean.post(CONTACT, &as_jean).await.expect(201);
    assert_eq!(own.text_at("/msg_cst_id"), "cst-jean");
    // Staff write for any customer who is there.
    let claire = server.staff("staff-claire");
    let for_jean = claire.post(CONTACT, &as_jean).await.expect(201);
    assert_eq!(for_jean.text_at("/msg_cst_id"), "cst-jean");
    let for_nobody = form_with(JEAN, json!({ "customer_id": "cst-nobody" }));
    let refused = claire.post(CONTACT, &for_nobody).await.expect(400);
    assert_eq!(refused.text_at("/errors/0/field"), "customer_id");
    // What Paul typed into his own form is his.
    let typed = paul.post(CONTACT, &form(JEAN)).await.expect(201);
    assert_eq!(typed.text_at("/msg_cst_id"), "cst-paul");
    jean.get(&at(typed.text_at("/msg_id"), ""))
        .await
        .expect(404);
    server.stop().await;
}

async fn order(server: &TestServer, id: &str, customer: &str, reference: &str) {
    let sql = "INSERT INTO ___xtr_order (ord_id, ord_cst_id, ord_reference, ord_total_ttc) VALUES ($1, $2, $3, 129.9)";
    let client = server.database.client().await;
    client
        .execute(sql, &[&id, &customer, &reference])
        .await
        .expect("an order");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shown_only_on_a_ticket_of_the_customer_it_belongs_to() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let jean = server.customer("cst-jean", JEAN);
    let paul = server.customer("cst-paul", "paul@example.com");
    jean.get(LIST).await.expect(200);
    paul.get(LIST).await.expect(200);
    order(&server, "ord-1", "cst-jean", "ORD-2024-12345").await;

    let own = ticket_by(&jean, JEAN).await;
    for reader in [&jean, &claire] {
        let shown = reader.get(&at(&own, "")).await.expect(200);
        assert_eq!(shown.text_at("/msg_ord_id"), "ord-1");
        let expected = json!({ "ord_id": "ord-1", "ord_reference": "ORD-2024-12345", "ord_total_ttc": "129.90" });
        assert_eq!(shown.body["order"], expected);
    }
    let others = ticket_by(&paul, "paul@example.com").await;
    for reader in [&paul, &claire] {
        let shown = reader.get(&at(&others, "")).await.expect(200);
        assert!(
            !shown.text.contains("ord-1") && !shown.text.contains("129.90"),
            "{}",
            shown.text
        );
        assert_eq!(shown.text_at("/order_number"), "ORD-2024-12345", "as typed");
    }
    // Typed by anyone under Jean's address: staff see it, the public answer does not.
    let public = server.api.post(CONTACT, &form(JEAN)).await.expect(201);
    assert!(!public.text.contains("ord-1"), "{}", public.text);
    // An order that changes hands afterwards is not shown any more.
    let client = server.database.client().await;
    client
        .execute("UPDATE ___xtr_order SET ord_cst_id = 'cst-paul'", &[])
        .await
        .expect("the order changes hands");
    let shown = jean.get(&at(&own, "")).await.expect(200);
    assert_eq!(shown.body["order"], Value::Null, "{}", shown.text);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn role_and_level_say_what_a_caller_may_do() {
    let server = TestServer::start().await;
    let exp = (server.clock.now() + TimeDelta::hours(1)).timestamp();
    for (claims, expected) in [
        (json!({ "sub": "p1", "role": "admin" }), 200),
        (json!({ "sub": "p2", "role": "staff" }), 200),
        (json!({ "sub": "p3", "role": "customer", "level": 9 }), 403),
        (json!({ "sub": "p4", "level": 9 }), 200),
        (json!({ "sub": "p5", "level": 7 }), 200),
        (json!({ "sub": "p6", "level": 6 }), 403),
        (json!({ "sub": "p7" }), 403),
        (json!({ "id": "p8", "level": 8 }), 200),
        (json!({ "sub": 42, "level": 8 }), 200),
        (json!({ "sub": "p9", "role": "root" }), 401),
        (json!({ "sub": "", "role": "staff" }), 401),
        (json!({ "role": "staff" }), 401),
        (json!({ "sub": "a b", "role": "staff" }), 401),
        (json!({ "sub": "x".repeat(256), "role": "staff" }), 401),
        (json!({ "sub": "p10", "role": "staff", "nbf": exp }), 401),
    ] {
        let mut claims = claims;
        claims["exp"] = json!(exp);
        let answer = server
            .api
            .with_token(&server.token_of(&claims))
            .get(STATS)
            .await;
        assert_eq!(answer.status, expected, "{claims}: {}", answer.text);
    }
    let timeless = server.token_of(&json!({ "sub": "p11", "role": "staff" }));
    server
        .api
        .with_token(&timeless)
        .get(STATS)
        .await
        .expect(401);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_says_so_wherever_one_is_needed() {
    let server = TestServer::start().await;
    let expired = server.token_for(
        Role::Customer,
        "cst-jean",
        Some(JEAN),
        TimeDelta::seconds(-10),
    );
    let jean = server.api.with_token(&expired);
    for answer in [
        jean.get(LIST).await,
        jean.get(&at("TICKET-00000000", "")).await,
    ] {
        assert_eq!(
            (answer.status, answer.text_at("/code")),
            (401, "token_expired")
        );
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let within_leeway = server.token_for(
        Role::Customer,
        "cst-jean",
        Some(JEAN),
        TimeDelta::seconds(-2),
    );
    server
        .api
        .with_token(&within_leeway)
        .get(LIST)
        .await
        .expect(200);
    for (scheme, status) in [("Basic amVhbjpqZWFu", 401), ("Bearer", 401), ("", 401)] {
        let answer = server
            .api
            .with_header("Authorization", scheme)
            .get(LIST)
            .await;
        assert_eq!(answer.status, status, "{scheme}: {}", answer.text);
    }
    server.stop().await;
}

#[test]
fn a_secret_file_that_was_cut_is_refused_and_not_signed_with() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [(
        "GUICHET_DATA_DIR".to_owned(),
        folder.path().display().to_string(),
    )];
    let config = Config::load(environment).unwrap();
    let made = signing_secret(&config).unwrap();
    assert_eq!(signing_secret(&config).unwrap(), made, "kept");
    std::fs::write(folder.path().join("jwt.secret"), "").unwrap();
    assert!(signing_secret(&config).is_err());
}
