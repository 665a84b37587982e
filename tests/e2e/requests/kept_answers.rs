//! A kept answer does not outlive the right to it: the repetition of a request is asked for its right
//! again, whatever was answered the first time.

use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::{Api, TestServer};

use crate::chat::{Chat, MESSAGES};
use crate::desk::{CONTACT, JEAN, LIST, at, count, form_with, ticket_by};

const NOTE: &str = "Client difficile, marge à 40 %";

fn note() -> Value {
    json!({ "message": NOTE, "internal": true })
}

fn as_role(server: &TestServer, role: Role, id: &str) -> Api {
    server
        .api
        .with_token(&server.token(role, id, None))
        .with_header("Idempotency-Key", "the same")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_staff_any_more_is_not_shown_again_what_only_staff_may_see() {
    let server = TestServer::start().await;
    // On somebody else's ticket, and on one that is theirs as a customer.
    let foreign = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let own = ticket_by(&server.customer("claire", "claire@example.com"), JEAN).await;
    let (staff, demoted) = (
        as_role(&server, Role::Staff, "claire"),
        as_role(&server, Role::Customer, "claire"),
    );
    for id in [&foreign, &own] {
        let path = at(id, "/responses");
        let first = staff.post(&path, &note()).await.expect(201);
        assert!(first.text.contains(NOTE));
        let again = demoted.post(&path, &note()).await;
        assert!(!again.text.contains("marge"), "{}", again.text);
        assert_eq!(
            (again.status, again.text_at("/code")),
            (422, "idempotency_mismatch"),
            "{}",
            again.text
        );
        // Whoever still is gets it, and it was done once.
        assert_eq!(
            staff.post(&path, &note()).await.expect(201).text,
            first.text
        );
    }
    assert_eq!(
        count(&server, "___xtr_msg WHERE msg_kind = 'note'").await,
        2
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_for_staff_is_not_given_to_a_customer_and_nothing_is_done_twice() {
    let server = TestServer::start().await;
    server
        .customer("cst-jean", JEAN)
        .get(LIST)
        .await
        .expect(200);
    let body = form_with(JEAN, json!({ "customer_id": "cst-jean" }));
    let first = as_role(&server, Role::Staff, "claire")
        .post(CONTACT, &body)
        .await;
    let first = first.expect(201);
    as_role(&server, Role::Customer, "claire")
        .post(CONTACT, &body)
        .await
        .expect(422);
    // An admin sees what staff see.
    let admin = as_role(&server, Role::Admin, "claire")
        .post(CONTACT, &body)
        .await;
    assert_eq!(admin.expect(201).text, first.text);
    assert_eq!(count(&server, "___xtr_msg").await, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_the_ticket_is_not_shown_again_what_was_said_on_it() {
    let server = TestServer::start().await;
    let jean = as_role(&server, Role::Customer, "cst-jean");
    server
        .customer("cst-paul", "paul@example.com")
        .get(LIST)
        .await
        .expect(200);
    let id = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let said = json!({ "message": "Bonjour, une précision." });
    let closing = json!({ "status": "closed" });
    let (answer, status) = (at(&id, "/responses"), at(&id, "/status"));
    let first = jean.post(&answer, &said).await.expect(201);
    let closed = jean.put(&status, &closing).await.expect(200);
    assert_eq!(jean.post(&answer, &said).await.expect(201).text, first.text);
    assert_eq!(
        jean.put(&status, &closing).await.expect(200).text,
        closed.text
    );

    let client = server.database.client().await;
    let moved = "UPDATE ___xtr_msg SET msg_cst_id = 'cst-paul' WHERE msg_id = $1";
    client
        .execute(moved, &[&id])
        .await
        .expect("it changes hands");
    for refused in [
        jean.post(&answer, &said).await,
        jean.put(&status, &closing).await,
    ] {
        assert_eq!(
            (refused.status, refused.text_at("/code")),
            (404, "ticket_not_found")
        );
    }
    let back = "UPDATE ___xtr_msg SET msg_cst_id = 'cst-jean' WHERE msg_id = $1";
    client.execute(back, &[&id]).await.expect("it comes back");
    assert_eq!(jean.post(&answer, &said).await.expect(201).text, first.text);
    assert_eq!(
        count(&server, "___xtr_msg WHERE msg_kind = 'response'").await,
        1
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_answered_again_as_it_was_and_what_was_said_before_is_not_shown() {
    let chat = Chat::start().await;
    let root = chat.message("Bonjour").await;
    let jean = chat.jean.with_header("Idempotency-Key", "k-1");
    let reply = json!({ "content": "Un secret" });
    let path = format!("{MESSAGES}/{root}/reply");
    let first = chat
        .jean
        .with_header("Idempotency-Key", "k-2")
        .post(&path, &reply)
        .await;
    let first = first.expect(200);
    let again = chat
        .jean
        .with_header("Idempotency-Key", "k-2")
        .post(&path, &reply)
        .await;
    assert_eq!(again.expect(200).text, first.text);
    for verb in ["archive", "delete"] {
        let path = format!("{MESSAGES}/{root}/{verb}");
        let done = jean.put(&path, &json!({})).await.expect(200);
        let again = jean.put(&path, &json!({})).await.expect(200);
        assert_eq!(again.text, done.text, "{verb}");
    }
    // Somebody else's key and body answer nothing of it.
    let paul = chat.server.customer("cst-paul", "paul@example.com");
    let paul = paul.with_header("Idempotency-Key", "k-2");
    paul.post(&path, &reply).await.expect(404);
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_that_would_be_refused_for_another_reason_is_answered_as_the_first_time() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let id = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let versioned = claire
        .with_header("If-Match", "\"1\"")
        .with_header("Idempotency-Key", "k-1");
    let assign = json!({ "staff_id": "staff-claire" });
    let first = versioned
        .put(&at(&id, "/assign"), &assign)
        .await
        .expect(200);
    let again = versioned
        .put(&at(&id, "/assign"), &assign)
        .await
        .expect(200);
    assert_eq!(
        again.text, first.text,
        "though the version is another by now"
    );
    let admin = server
        .admin("admin-anne")
        .with_header("Idempotency-Key", "k-2");
    let shelf = json!({ "id": "pneus", "name": "Pneus" });
    let made = admin
        .post(crate::desk::FAQ_CATEGORIES, &shelf)
        .await
        .expect(201);
    let again = admin
        .post(crate::desk::FAQ_CATEGORIES, &shelf)
        .await
        .expect(201);
    assert_eq!(again.text, made.text, "though there is one by now");
    let path = format!("{}/pneus", crate::desk::FAQ_CATEGORIES);
    for _ in 0..2 {
        let gone = admin.call(reqwest::Method::DELETE, &path, None).await;
        gone.expect(204);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_put_a_message_away_no_more_is_not_told_again_that_it_was() {
    let chat = Chat::start().await;
    let root = chat.message("Bonjour").await;
    for (verb, status) in [("archive", 200), ("delete", 200)] {
        let path = format!("{MESSAGES}/{root}/{verb}");
        let admin = as_role(&chat.server, Role::Admin, "anne");
        let done = admin.put(&path, &json!({})).await.expect(status);
        let again = admin.put(&path, &json!({})).await.expect(status);
        assert_eq!(again.text, done.text, "{verb}");
        let demoted = as_role(&chat.server, Role::Staff, "anne");
        let refused = demoted.put(&path, &json!({})).await;
        assert_eq!(
            (refused.status, refused.text_at("/code")),
            (404, "message_not_found"),
            "{verb}"
        );
    }
    // Nor a customer whose conversation has become another's.
    let other = chat.message("Encore").await;
    let path = format!("{MESSAGES}/{other}/delete");
    let jean = chat.jean.with_header("Idempotency-Key", "k-9");
    jean.put(&path, &json!({})).await.expect(200);
    jean.put(&path, &json!({})).await.expect(200);
    let paul = chat.server.customer("cst-paul", "paul@example.com");
    paul.get(LIST).await.expect(200);
    let client = chat.server.database.client().await;
    let moved = "UPDATE ___xtr_msg SET msg_cst_id = 'cst-paul' WHERE msg_id = $1";
    client
        .execute(moved, &[&other])
        .await
        .expect("it changes hands");
    jean.put(&path, &json!({})).await.expect(404);
    chat.server.stop().await;
}
