//! What anybody can type into the public form, and what becomes of it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared_kernel::Clock as _;
use testkit::{Api, TestServer};

use crate::desk::{CONTACT, JEAN, LIST, all_mail_sent, at, form_with, ticket_by};

const TYPED: &str = "Mallory Malin";
const PHONE: &str = "0699999999";

fn named(server: &TestServer, name: &str) -> Api {
    let claims = json!({
        "sub": "cst-jean", "email": JEAN, "name": name,
        "exp": (server.clock.now() + TimeDelta::hours(1)).timestamp(),
    });
    server.api.with_token(&server.token_of(&claims))
}

async fn typed_by_mallory(server: &TestServer) -> String {
    let form = form_with(JEAN, json!({ "name": TYPED, "phone": PHONE }));
    let created = server.api.post(CONTACT, &form).await.expect(201);
    created.text_at("/msg_id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_typed_under_an_address_is_not_its_owners_once_it_is_proven() {
    for name in [None, Some("Jean Dupont")] {
        let server = TestServer::start().await;
        let typed = typed_by_mallory(&server).await;
        let claire = server.staff("staff-claire");
        let before = claire.get(&at(&typed, "")).await.expect(200);
        assert_eq!(before.text_at("/customer/cst_phone"), PHONE);
        assert_eq!(before.body["customer"]["unverified"], true);

        let jean = match name {
            Some(name) => named(&server, name),
            None => server.customer("cst-jean", JEAN),
        };
        let own = ticket_by(&jean, JEAN).await;
        for id in [&typed, &own] {
            let seen = jean.get(&at(id, "")).await.expect(200);
            assert!(
                !seen.text.contains(PHONE) && !seen.text.contains("Malin"),
                "{}",
                seen.text
            );
            assert_eq!(seen.body["customer"]["cst_phone"], Value::Null);
            let family = name.map_or("", |_| "Dupont");
            assert_eq!(seen.text_at("/customer/cst_name"), family);
        }
        // It stays with the ticket it was typed in, for staff, who are told what it is worth.
        let shown = claire.get(&at(&typed, "")).await.expect(200);
        let contact = json!({ "name": TYPED, "email": JEAN, "phone": PHONE, "unverified": true });
        assert_eq!(shown.body["contact"], contact);
        assert_eq!(shown.body["customer"]["unverified"], false);
        let shown = claire.get(&at(&own, "")).await.expect(200);
        assert_eq!(shown.body["contact"]["unverified"], false);
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_typed_greets_nobody() {
    let server = TestServer::start().await;
    server
        .customer("cst-jean", JEAN)
        .get(LIST)
        .await
        .expect(200);
    let typed = typed_by_mallory(&server).await;
    let answer = json!({ "message": "Bonjour, quelle est votre plaque ?" });
    let claire = server.staff("staff-claire");
    claire
        .post(&at(&typed, "/responses"), &answer)
        .await
        .expect(201);
    all_mail_sent(&server).await;
    for mail in server.smtp.mails() {
        let text = mail.part("text/plain").unwrap_or_default();
        let to_jean = mail.rcpt_to == [JEAN];
        assert!(!(to_jean && text.contains("Malin")), "{text}");
        // The team reads who says they wrote.
        assert!(to_jean || text.contains(TYPED), "{text}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_signed_in_customer_types_is_kept_with_the_ticket() {
    let server = TestServer::start().await;
    let jean = server.customer("cst-jean", JEAN);
    let form = form_with(
        JEAN,
        json!({ "name": "Jean Dupont", "phone": "0612345678" }),
    );
    let created = jean.post(CONTACT, &form).await.expect(201);
    let contact = json!({ "name": "Jean Dupont", "email": JEAN, "phone": "0612345678" });
    assert_eq!(created.body["contact"], contact);
    let id = created.text_at("/msg_id").to_owned();
    let seen = jean.get(&at(&id, "")).await.expect(200);
    assert_eq!(seen.body["contact"], contact);
    let shown = server
        .staff("staff-claire")
        .get(&at(&id, ""))
        .await
        .expect(200);
    assert_eq!(shown.text_at("/contact/phone"), "0612345678");
    assert_eq!(shown.body["contact"]["unverified"], false);
    all_mail_sent(&server).await;
    let mails = server.smtp.mails();
    let to_jean = mails.iter().find(|mail| mail.rcpt_to == [JEAN]);
    let text = to_jean
        .expect("a confirmation")
        .part("text/plain")
        .unwrap_or_default();
    assert!(text.contains("Bonjour Jean Dupont,"), "{text}");
    server.stop().await;
}
