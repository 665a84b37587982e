//! People are entered before they sign in, so that they can be named.

use serde_json::json;
use testkit::TestServer;

use crate::desk::{JEAN, LIST, at, form_with, ticket_by};

const STAFF: &str = "/api/staff";
const CUSTOMERS: &str = "/api/customers";

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_never_signed_in_can_be_named_once_an_admin_entered_them() {
    let server = TestServer::start().await;
    let (admin, claire) = (server.admin("admin-anne"), server.staff("staff-claire"));
    let id = ticket_by(&server.api, JEAN).await;
    let to = json!({ "staff_id": "auth0|karim" });
    let refused = claire.put(&at(&id, "/assign"), &to).await.expect(400);
    assert_eq!(refused.text_at("/errors/0/code"), "unknown");
    assert!(
        refused.text_at("/message").contains("être ajoutée"),
        "{}",
        refused.text
    );
    assert!(refused.text_at("/detail").contains("POST /api/staff"));

    let karim =
        json!({ "id": "auth0|karim", "name": "Karim Haddad", "email": "karim@shop.example" });
    claire.post(STAFF, &karim).await.expect(403);
    let entered = admin.post(STAFF, &karim).await.expect(201);
    let view = json!({ "cnfa_id": "auth0|karim", "cnfa_name": "Karim Haddad", "active": true });
    assert_eq!(entered.body, view);
    let shown = claire.get(entered.header("location")).await.expect(200);
    assert_eq!(shown.body, view);
    let again = admin.post(STAFF, &karim).await.expect(409);
    assert_eq!(again.text_at("/code"), "already_there");

    claire.put(&at(&id, "/assign"), &to).await.expect(200);
    let with_status = json!({ "status": "open", "assigned_to": "auth0|karim" });
    let other = ticket_by(&server.api, JEAN).await;
    claire
        .put(&at(&other, "/status"), &with_status)
        .await
        .expect(200);
    let said = json!({ "customerId": "cst-jean", "staffId": "auth0|karim", "subject": "Pièce", "content": "Bonjour" });
    let jean = server.customer("cst-jean", JEAN);
    jean.post("/api/messages", &said).await.expect(201);
    // Entering gives no right: the token says what somebody may do.
    server
        .customer("auth0|karim", "karim@shop.example")
        .get(STAFF)
        .await
        .expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_never_signed_in_can_be_named_once_staff_entered_them() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let for_paul = form_with("paul@example.com", json!({ "customer_id": "42" }));
    let refused = claire
        .post("/api/support/contact", &for_paul)
        .await
        .expect(400);
    assert!(refused.text_at("/detail").contains("POST /api/customers"));
    let paul = json!({ "id": "42", "name": "Paul Roux", "email": "paul@example.com", "phone": "0612345678" });
    let paul_calls = server.customer("cst-jean", JEAN);
    paul_calls.post(CUSTOMERS, &paul).await.expect(403);
    let entered = claire.post(CUSTOMERS, &paul).await.expect(201);
    assert_eq!(entered.text_at("/cst_name"), "Roux");
    assert_eq!(entered.header("location"), "/api/customers/42");
    claire.get(entered.header("location")).await.expect(200);
    claire
        .post("/api/support/contact", &for_paul)
        .await
        .expect(201);
    let said = json!({ "customerId": "42", "staffId": "staff-claire", "subject": "Pièce", "content": "Bonjour" });
    claire.post("/api/messages", &said).await.expect(201);

    // What the shop entered stays when he comes, without a name in his token.
    let token = server.customer("42", "paul@example.com");
    token.get(LIST).await.expect(200);
    let shown = claire.get("/api/customers/42").await.expect(200);
    assert_eq!(shown.text_at("/cst_fname"), "Paul");
    assert_eq!(shown.text_at("/cst_phone"), "0612345678");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_without_an_id_is_known_by_their_address_and_becomes_who_proves_it() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let paul = json!({ "name": "Paul Roux", "email": "paul@example.com", "phone": "0612345678" });
    let keyed = claire.with_header("Idempotency-Key", "enter-paul");
    let entered = keyed.post(CUSTOMERS, &paul).await.expect(201);
    let place = entered.header("location").to_owned();
    assert_eq!(
        place,
        format!("/api/customers/{}", entered.text_at("/cst_id"))
    );
    let repeated = keyed.post(CUSTOMERS, &paul).await.expect(201);
    assert_eq!(
        (repeated.header("location"), &repeated.body),
        (&*place, &entered.body)
    );
    let taken = claire.post(CUSTOMERS, &paul).await.expect(409);
    assert_eq!(taken.text_at("/code"), "address_taken");
    assert!(
        taken
            .text_at("/detail")
            .contains(entered.text_at("/cst_id"))
    );

    server
        .customer("auth0|1", "paul@example.com")
        .get(LIST)
        .await
        .expect(200);
    claire.get(&place).await.expect(404);
    let shown = claire.get("/api/customers/auth0%7C1").await.expect(200);
    assert_eq!(shown.text_at("/cst_name"), "Roux");
    assert_eq!(shown.text_at("/cst_phone"), "0612345678");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_entered_as_what_they_are_not_and_tokens_may_make_them_both() {
    let server = TestServer::start().await;
    let admin = server.admin("admin-anne");
    let paul = json!({ "id": "42", "name": "Paul Roux" });
    admin.post(CUSTOMERS, &paul).await.expect(201);
    let refused = admin.post(STAFF, &paul).await.expect(409);
    assert_eq!(refused.text_at("/code"), "already_there");
    assert_eq!(refused.text_at("/detail"), "a customer has this id");
    let karim = json!({ "id": "karim", "name": "Karim Haddad" });
    admin.post(STAFF, &karim).await.expect(201);
    let refused = admin.post(CUSTOMERS, &karim).await.expect(409);
    assert_eq!(refused.text_at("/detail"), "a staff member has this id");
    // Paul is hired: his token says so, and his tickets stay his.
    server.staff("42").get(LIST).await.expect(200);
    admin.get("/api/staff/42").await.expect(200);
    admin.get("/api/customers/42").await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_somebody_is_told_field_by_field() {
    let server = TestServer::start().await;
    let (admin, claire) = (server.admin("admin-anne"), server.staff("staff-claire"));
    for (route, body, field, code) in [
        (STAFF, json!({ "name": "Karim Haddad" }), "id", "required"),
        (STAFF, json!({ "id": "karim" }), "name", "required"),
        (
            STAFF,
            json!({ "id": "karim", "name": "karim@shop.example" }),
            "name",
            "invalid_name",
        ),
        (
            STAFF,
            json!({ "id": "karim", "name": "Karim Haddad", "email": "x" }),
            "email",
            "invalid_email",
        ),
        (CUSTOMERS, json!({ "name": "Paul Roux" }), "id", "required"),
        (CUSTOMERS, json!({ "id": "42" }), "name", "required"),
        (
            CUSTOMERS,
            json!({ "id": "42", "name": "Paul Roux", "phone": "x" }),
            "phone",
            "invalid_phone",
        ),
    ] {
        let caller = if route == STAFF { &admin } else { &claire };
        let refused = caller.post(route, &body).await.expect(400);
        assert_eq!(refused.text_at("/errors/0/field"), field, "{body}");
        assert_eq!(refused.text_at("/errors/0/code"), code, "{body}");
    }
    for path in ["/api/staff/nobody", "/api/customers/nobody"] {
        claire.get(path).await.expect(404);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_is_listed_in_parts_without_addresses() {
    let server = TestServer::start().await;
    let admin = server.admin("admin-anne");
    for n in 1..=5 {
        let body = json!({ "id": format!("staff-{n}"), "name": format!("Agent {n}"), "email": format!("agent{n}@shop.example") });
        admin.post(STAFF, &body).await.expect(201);
    }
    let client = server.database.client().await;
    let left = "UPDATE ___config_admin SET cnfa_activ = '0' WHERE cnfa_id = 'staff-5'";
    client.execute(left, &[]).await.expect("somebody leaves");
    let mut seen = Vec::new();
    let mut path = format!("{STAFF}?limit=2");
    loop {
        let part = admin.get(&path).await.expect(200);
        assert_eq!(part.body["total"], 6);
        assert!(!part.text.contains('@'), "{}", part.text);
        for one in part.body["staff"].as_array().expect("a list") {
            seen.push((
                one["cnfa_id"].as_str().expect("an id").to_owned(),
                one["active"] == true,
            ));
        }
        match part.body["nextCursor"].as_str() {
            Some(cursor) => path = format!("{STAFF}?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    let expected = [
        ("admin-anne", true),
        ("staff-1", true),
        ("staff-2", true),
        ("staff-3", true),
        ("staff-4", true),
        ("staff-5", false),
    ];
    assert_eq!(seen, expected.map(|(id, active)| (id.to_owned(), active)));
    let active = admin
        .get(&format!("{STAFF}?active=false"))
        .await
        .expect(200);
    assert_eq!(active.text_at("/staff/0/cnfa_id"), "staff-5");
    assert_eq!(active.body["total"], 1);
    let second = admin
        .get(&format!("{STAFF}?limit=2&page=2"))
        .await
        .expect(200);
    assert_eq!(second.text_at("/staff/0/cnfa_id"), "staff-2");
    admin.get(&format!("{STAFF}?cursor=%21")).await.expect(400);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_names_mean_the_same_in_every_answer() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let paul = json!({ "id": "42", "name": "Paul de La Tour", "email": "paul@example.com" });
    let entered = claire.post(CUSTOMERS, &paul).await.expect(201);
    let listed = claire.get("/api/messages/customers").await.expect(200);
    let ticket = form_with("paul@example.com", json!({ "customer_id": "42" }));
    let created = claire
        .post("/api/support/contact", &ticket)
        .await
        .expect(201);
    let shown = claire
        .get(&at(created.text_at("/msg_id"), ""))
        .await
        .expect(200);
    for (place, answer) in [("", &entered), ("/data/0", &listed), ("/customer", &shown)] {
        assert_eq!(
            answer.text_at(&format!("{place}/cst_fname")),
            "Paul",
            "{}",
            answer.text
        );
        assert_eq!(answer.text_at(&format!("{place}/cst_name")), "de La Tour");
    }
    server.stop().await;
}
