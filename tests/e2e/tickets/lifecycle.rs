//! Scenario 1: a ticket from the public form to the satisfied customer.

use serde_json::json;
use shared_kernel::Role;
use testkit::ws_client::WsClient;
use testkit::{PATIENCE as WAIT, TestServer, form};

const JEAN: &str = "jean.dupont@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_lives_from_the_form_to_the_satisfied_customer() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    // Staff are entered on first use; and see the ticket come in live.
    claire.get("/api/support/contact/stats").await.expect(200);
    let token = server.token(Role::Staff, "staff-claire", None);
    let mut socket = WsClient::connect(&server.socket_url(), &token).await;
    socket.wait_for("connected", WAIT).await;

    // 1. The customer creates a ticket.
    let created = server
        .api
        .post("/api/support/contact", &form(JEAN))
        .await
        .expect(201);
    let id = created.text_at("/msg_id").to_owned();
    let event = socket.wait_for("ticket.created", WAIT).await;
    assert_eq!(event.pointer("/data/ticket/msg_id"), Some(&json!(id)));

    // 2. Staff list tickets and see it.
    let list = claire
        .get("/api/support/contact/tickets?status=open")
        .await
        .expect(200);
    assert_eq!(list.text_at("/tickets/0/msg_id"), id);
    assert_eq!(list.body["total"], 1);

    // 3. Staff assign it.
    let path = |end: &str| format!("/api/support/contact/ticket/{id}{end}");
    let assigned = claire
        .put(&path("/assign"), &json!({ "staff_id": "staff-claire" }))
        .await
        .expect(200);
    assert_eq!(assigned.text_at("/msg_cnfa_id"), "staff-claire");
    assert_eq!(assigned.text_at("/status"), "in_progress");
    socket.wait_for("ticket.assigned", WAIT).await;

    // 4. Staff answer.
    let answer = json!({ "message": "Bonjour, vérifiez les cosses de la batterie." });
    let answered = claire.post(&path("/responses"), &answer).await.expect(201);
    assert_eq!(answered.text_at("/msg_parent_id"), id);
    socket.wait_for("ticket.response_added", WAIT).await;

    // 5. The customer, signed in with the verified address, reads the whole thread.
    let jean = server.customer("cst-jean", JEAN);
    let thread = jean.get(&path("/responses")).await.expect(200);
    assert_eq!(thread.body["total"], 1);
    assert_eq!(
        thread.text_at("/responses/0/msg_content"),
        "Bonjour, vérifiez les cosses de la batterie."
    );

    // 6. Staff close it.
    let closed = claire
        .put(&path("/status"), &json!({ "status": "closed" }))
        .await
        .expect(200);
    assert_eq!(
        (closed.text_at("/msg_open"), closed.text_at("/msg_close")),
        ("0", "1")
    );
    socket.wait_for("ticket.resolved", WAIT).await;

    // 7. The customer finds it in their history, and is satisfied.
    let history = jean
        .get("/api/support/contact/tickets?status=closed")
        .await
        .expect(200);
    assert_eq!(history.text_at("/tickets/0/msg_id"), id);
    let rated = jean
        .post(&path("/satisfaction"), &json!({ "rating": 5 }))
        .await
        .expect(200);
    assert_eq!(rated.text_at("/status"), "closed");

    // Both sides got real mail, in order, threaded.
    let mails = server
        .smtp
        .wait_until(
            |mails| mails.iter().filter(|mail| mail.rcpt_to == [JEAN]).count() >= 3,
            WAIT,
        )
        .await;
    let to_jean: Vec<_> = mails
        .iter()
        .filter(|mail| mail.rcpt_to == [JEAN])
        .map(|mail| mail.header("X-Guichet-Template").unwrap_or_default())
        .collect();
    assert_eq!(
        to_jean,
        ["contact_confirmation", "response_added", "contact_resolved"]
    );
    assert!(
        mails
            .iter()
            .any(|mail| mail.rcpt_to == ["support@shop.example"])
    );
    server.stop().await;
}
