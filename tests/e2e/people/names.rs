//! No customer learns an address of support, or anything made of one, from a name.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared_kernel::Clock as _;
use testkit::ws_client::WsClient;
use testkit::{Api, PATIENCE, TestOptions, TestServer};

use crate::desk::{JEAN, LIST, all_mail_sent, at, ticket_by};

const MAIL: &str = "claire.martin@shop.example";

/// Somebody of support with these claims besides.
fn staff(server: &TestServer, more: Value) -> String {
    let mut claims = json!({
        "sub": "staff-7", "role": "staff", "email": MAIL,
        "exp": (server.clock.now() + TimeDelta::hours(1)).timestamp(),
    });
    if let (Some(all), Value::Object(more)) = (claims.as_object_mut(), more) {
        all.extend(more);
    }
    server.token_of(&claims)
}

/// Everything Jean can read of a ticket that this member of support has and has answered, and his mails.
async fn all_jean_reads(server: &TestServer, token: &str) -> (Api, String, String) {
    let jean = server.customer("cst-jean", JEAN);
    let claire = server.api.with_token(token);
    let id = ticket_by(&jean, JEAN).await;
    let jeans = server.token(shared_kernel::Role::Customer, "cst-jean", Some(JEAN));
    let mut socket = WsClient::connect(&server.socket_url(), &jeans).await;
    claire.get(LIST).await.expect(200);
    let to_self = json!({ "staff_id": "staff-7" });
    claire.put(&at(&id, "/assign"), &to_self).await.expect(200);
    let answer = json!({ "message": "Bonjour, la pièce est en stock." });
    claire
        .post(&at(&id, "/responses"), &answer)
        .await
        .expect(201);
    let heard = socket.wait_for("ticket.response_added", PATIENCE).await;
    let mut theirs = WsClient::connect(&server.socket_url(), token).await;
    let typing = json!({"event": "typing", "data": {"recipientId": "cst-jean", "isTyping": true}});
    theirs.send(&typing).await;
    let typed = socket.wait_for("userTyping", PATIENCE).await;
    let mut read = format!("{heard} {typed}");
    for path in [at(&id, ""), at(&id, "/responses"), "/api/events".to_owned()] {
        read.push_str(&jean.get(&path).await.expect(200).text);
    }
    all_mail_sent(server).await;
    for mail in server.smtp.mails() {
        if mail.rcpt_to == [JEAN] {
            read.push_str(&mail.part("text/plain").unwrap_or_default());
            read.push_str(&mail.part("text/html").unwrap_or_default());
        }
    }
    (jean, id, read)
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_of_support_without_a_name_is_the_desk_to_customers_on_every_exit() {
    for more in [
        json!({}),
        json!({ "name": MAIL }),
        json!({ "name": "claire.martin" }),
        json!({ "name": "Claire.Martin", "email_verified": false }),
        json!({ "name": "claire_martin" }),
        json!({ "name": "SHOP\\claire.martin" }),
        json!({ "name": "claire (at) shop.example" }),
        json!({ "name": "claire.martin", "email": "claire.martin+desk@shop.example" }),
    ] {
        let server = TestServer::start().await;
        let token = staff(&server, more.clone());
        let (jean, id, read) = all_jean_reads(&server, &token).await;
        assert!(!read.to_lowercase().contains("claire"), "{more}: {read}");
        let shown = jean.get(&at(&id, "")).await.expect(200);
        assert_eq!(shown.text_at("/staff/cnfa_name"), "Support");
        assert_eq!(shown.text_at("/responses/0/author_name"), "Support");
        assert!(read.contains("\"userEmail\":\"Support\""), "{read}");
        assert!(read.contains("Réponse de Support"), "{read}");
        // Colleagues tell each other apart by their ids.
        let colleague = server.staff("staff-8");
        let shown = colleague.get(&at(&id, "")).await.expect(200);
        assert_eq!(shown.text_at("/staff/cnfa_name"), "staff-7");
        assert_eq!(shown.text_at("/responses/0/author_name"), "staff-7");
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_given_is_shown_and_the_desks_can_be_chosen() {
    let server = TestServer::start_with(TestOptions {
        settings: vec![("GUICHET__DESK__STAFF_NAME", "Équipe pièces".to_owned())],
        ..TestOptions::default()
    })
    .await;
    let named = staff(
        &server,
        json!({ "name": "Claire Martin <claire.martin@shop.example>" }),
    );
    let (jean, id, read) = all_jean_reads(&server, &named).await;
    assert!(
        !read.contains("claire.martin") && !read.contains("Équipe pièces"),
        "{read}"
    );
    let shown = jean.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.text_at("/responses/0/author_name"), "Claire Martin");
    let nameless = server.staff("staff-9");
    let answer = json!({ "message": "Elle part demain." });
    let path = at(&id, "/responses");
    let own = nameless.post(&path, &answer).await.expect(201);
    assert_eq!(own.text_at("/author_name"), "staff-9");
    let shown = jean.get(&path).await.expect(200);
    assert_eq!(shown.text_at("/responses/1/author_name"), "Équipe pièces");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_an_earlier_release_made_of_addresses_are_not_shown_either() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    client
        .batch_execute(
            "INSERT INTO ___config_admin (cnfa_id, cnfa_name, cnfa_mail) \
             VALUES ('staff-7', 'claire.martin', 'claire.martin@shop.example'), ('staff-6', 'staff-6', NULL)",
        )
        .await
        .expect("staff of before");
    let jean = server.customer("cst-jean", JEAN);
    let id = ticket_by(&jean, JEAN).await;
    for (who, name) in [("staff-7", "Support"), ("staff-6", "Support")] {
        let to = json!({ "staff_id": who });
        let colleague = server.staff("staff-8");
        colleague.put(&at(&id, "/assign"), &to).await.expect(200);
        let shown = jean.get(&at(&id, "")).await.expect(200);
        assert_eq!(shown.text_at("/staff/cnfa_name"), name);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_without_a_name_is_greeted_by_none_and_never_by_their_address() {
    let server = TestServer::start().await;
    let nameless = server.customer("cst-f25", "f25.1975@example.com");
    let form = crate::desk::form_with(
        "f25.1975@example.com",
        json!({ "name": "f25.1975@example.com" }),
    );
    let created = nameless.post(crate::desk::CONTACT, &form).await.expect(201);
    all_mail_sent(&server).await;
    let mails = server.smtp.mails();
    let to_them = mails
        .iter()
        .find(|mail| mail.rcpt_to == ["f25.1975@example.com"]);
    let text = to_them
        .expect("a confirmation")
        .part("text/plain")
        .unwrap_or_default();
    assert!(text.contains("Bonjour,") && !text.contains("f25"), "{text}");
    let id = created.text_at("/msg_id");
    let shown = server.staff("staff-8").get(&at(id, "")).await.expect(200);
    assert_eq!(shown.text_at("/customer/cst_name"), "");
    assert_eq!(shown.text_at("/customer/cst_fname"), "");
    server.stop().await;
}
