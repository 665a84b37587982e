//! Who is told of what by e-mail, row by row.

use serde_json::{Value, json};
use testkit::smtp_sink::ReceivedMail;
use testkit::{Api, PATIENCE};

use super::desk::{Desk, pairs};
use crate::desk::{CONTACT, JEAN, all_mail_sent, at, form_with, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_ticket_is_confirmed_to_the_customer_and_told_to_the_address_of_its_category() {
    let desk = Desk::open().await;
    for (category, support) in [
        ("technical", "support@shop.example"),
        ("billing", "compta@shop.example"),
    ] {
        for caller in [&desk.jean, &desk.server.api] {
            let form = form_with(JEAN, json!({ "category": category }));
            let told = desk
                .told_of(async { caller.post(CONTACT, &form).await.expect(201) })
                .await;
            let expected = [
                ("contact_confirmation", JEAN),
                ("new_ticket_staff", support),
            ];
            assert_eq!(told, pairs(&expected), "{category}");
        }
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_assignee_is_told_unless_they_took_the_ticket_themselves() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    let to = |who: &str| {
        let (path, body, claire) = (
            at(&id, "/assign"),
            json!({ "staff_id": who }),
            desk.claire.clone(),
        );
        async move { claire.put(&path, &body).await.expect(200) }
    };
    assert_eq!(desk.told_of(to("claire")).await, []);
    let told = desk.told_of(to("sophie")).await;
    assert_eq!(told, pairs(&[("contact_assigned", "sophie@shop.example")]));
    assert_eq!(desk.told_of(to("sophie")).await, [], "she has it already");
    let nobody = json!({ "staff_id": null });
    let told = desk
        .told_of(async {
            desk.claire
                .put(&at(&id, "/assign"), &nobody)
                .await
                .expect(200)
        })
        .await;
    assert_eq!(told, []);
    let with_status = json!({ "status": "open", "assigned_to": "sophie" });
    let told = desk
        .told_of(async {
            desk.claire
                .put(&at(&id, "/status"), &with_status)
                .await
                .expect(200)
        })
        .await;
    let expected = [
        ("contact_assigned", "sophie@shop.example"),
        ("status_updated", JEAN),
    ];
    assert_eq!(told, pairs(&expected), "it is in progress now, on request");
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_status_is_told_once_and_a_request_for_the_present_one_never() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    let to = |caller: &Api, status: &str| {
        let (path, body, caller) = (
            at(&id, "/status"),
            json!({ "status": status }),
            caller.clone(),
        );
        async move { caller.put(&path, &body).await.expect(200) }
    };
    assert_eq!(
        desk.told_of(to(&desk.claire, "open")).await,
        [],
        "it is open already"
    );
    let told = desk.told_of(to(&desk.claire, "closed")).await;
    assert_eq!(told, pairs(&[("contact_resolved", JEAN)]));
    assert_eq!(desk.told_of(to(&desk.claire, "closed")).await, []);
    assert_eq!(desk.told_of(to(&desk.jean, "closed")).await, []);
    let told = desk.told_of(to(&desk.claire, "open")).await;
    assert_eq!(told, pairs(&[("status_updated", JEAN)]));
    let told = desk.told_of(to(&desk.jean, "closed")).await;
    assert_eq!(
        told,
        pairs(&[("status_updated", JEAN)]),
        "closed by the customer"
    );
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_told_to_the_other_side_and_a_note_to_nobody() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    let say = |caller: &Api, body: Value| {
        let (path, caller) = (at(&id, "/responses"), caller.clone());
        async move { caller.post(&path, &body).await.expect(201) }
    };
    let bonjour = json!({ "message": "Bonjour" });
    let told = desk.told_of(say(&desk.jean, bonjour.clone())).await;
    assert_eq!(told, pairs(&[("response_added", "support@shop.example")]));
    let sophie = json!({ "staff_id": "sophie" });
    desk.sophie
        .put(&at(&id, "/assign"), &sophie)
        .await
        .expect(200);
    let told = desk.told_of(say(&desk.jean, bonjour.clone())).await;
    assert_eq!(told, pairs(&[("response_added", "sophie@shop.example")]));
    let told = desk.told_of(say(&desk.claire, bonjour)).await;
    assert_eq!(told, pairs(&[("response_added", JEAN)]));
    let note = json!({ "message": "Client difficile", "internal": true });
    assert_eq!(desk.told_of(say(&desk.claire, note)).await, []);
    let with_note = json!({ "status": "open", "internal_note": "Client difficile" });
    let told = desk
        .told_of(async {
            desk.claire
                .put(&at(&id, "/status"), &with_note)
                .await
                .expect(200)
        })
        .await;
    assert_eq!(told, []);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_is_told_to_the_new_assignee_and_the_escalation_addresses() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    let body = json!({ "reason": "Client immobilisé", "staff_id": "sophie" });
    let told = desk
        .told_of(async {
            desk.claire
                .post(&at(&id, "/escalate"), &body)
                .await
                .expect(200)
        })
        .await;
    let expected = [
        ("ticket_escalated", "chef@shop.example"),
        ("ticket_escalated", "direction@shop.example"),
        ("ticket_escalated", "sophie@shop.example"),
    ];
    assert_eq!(told, pairs(&expected));
    let mail = desk.last("ticket_escalated").await;
    assert!(
        mail.part("text/plain")
            .unwrap_or_default()
            .contains("Client immobilisé")
    );
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_are_french_multipart_and_threaded_by_ticket() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    let bonjour = json!({ "message": "Bonjour <b>Jean</b>" });
    desk.claire
        .post(&at(&id, "/responses"), &bonjour)
        .await
        .expect(201);
    desk.close(&id).await;
    all_mail_sent(&desk.server).await;
    let mails = desk.server.smtp.mails();
    assert_eq!(
        mails.len(),
        4,
        "two for the ticket, one for the answer, one for the closing"
    );
    let root = mails[0].header("References").unwrap_or_default();
    assert!(
        root.starts_with('<') && root.contains(&id.to_lowercase()) || root.contains(&id),
        "{root}"
    );
    let mut ids = Vec::new();
    for mail in &mails {
        assert!(
            mail.header("Content-Type")
                .unwrap_or_default()
                .starts_with("multipart/alternative")
        );
        let (text, html) = (
            mail.part("text/plain").unwrap(),
            mail.part("text/html").unwrap(),
        );
        assert!(text.contains(&id) && html.contains(&id), "{text}");
        assert!(!html.contains("<b>Jean"), "{html}");
        assert!(
            mail.subject()
                .unwrap_or_default()
                .starts_with(&format!("[{id}]"))
        );
        assert!(
            mail.header("References")
                .unwrap_or_default()
                .contains(&root)
        );
        assert!(mail.header("In-Reply-To").is_some());
        assert_eq!(
            mail.header("Auto-Submitted").as_deref(),
            Some("auto-generated")
        );
        ids.push(mail.header("Message-ID").unwrap());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mail_of_a_ticket_has_the_same_subject_whoever_reads_it() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    let sophie = json!({ "staff_id": "sophie" });
    let bonjour = json!({ "message": "Bonjour" });
    let reason = json!({ "reason": "Client immobilisé", "staff_id": "sophie" });
    desk.claire
        .put(&at(&id, "/assign"), &sophie)
        .await
        .expect(200);
    desk.claire
        .post(&at(&id, "/responses"), &bonjour)
        .await
        .expect(201);
    desk.jean
        .post(&at(&id, "/responses"), &bonjour)
        .await
        .expect(201);
    desk.claire
        .post(&at(&id, "/escalate"), &reason)
        .await
        .expect(200);
    desk.close(&id).await;
    let open = json!({ "status": "open" });
    desk.claire
        .put(&at(&id, "/status"), &open)
        .await
        .expect(200);
    all_mail_sent(&desk.server).await;
    let mails = desk.server.smtp.mails();
    let mut told: Vec<_> = mails
        .iter()
        .map(|mail| super::desk::addressed(mail).0)
        .collect();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 7, "each kind of mail: {told:?}");
    let ticket = desk.claire.get(&at(&id, "")).await.expect(200);
    let subject = format!("[{id}] {}", ticket.text_at("/msg_subject"));
    for mail in &mails {
        assert_eq!(mail.subject().as_ref(), Some(&subject));
        for name in ["Precedence", "List-Unsubscribe", "List-Id"] {
            assert_eq!(mail.header(name), None);
        }
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_subject_stays_when_the_writer_of_a_form_signs_in_later() {
    let desk = Desk::open().await;
    let zoe = "zoe@example.com";
    let id = ticket_by(&desk.server.api, zoe).await;
    let signed_in = desk.server.customer("cst-zoe", zoe);
    signed_in.get(&at(&id, "")).await.expect(200);
    let bonjour = json!({ "message": "Bonjour" });
    desk.claire
        .post(&at(&id, "/responses"), &bonjour)
        .await
        .expect(201);
    all_mail_sent(&desk.server).await;
    let mails = desk.server.smtp.mails();
    let hers: Vec<_> = mails.iter().filter(|mail| mail.rcpt_to == [zoe]).collect();
    assert_eq!(hers.len(), 2, "the confirmation and the answer");
    for mail in hers {
        assert_eq!(mail.subject(), Some(format!("[{id}] Votre demande")));
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_to_an_unproven_address_carries_nothing_a_stranger_typed() {
    let desk = Desk::open().await;
    let typed = "Achetez https://spam.example maintenant";
    let form = form_with(
        "victim@example.com",
        json!({ "name": typed, "subject": typed, "message": typed }),
    );
    desk.server.api.post(CONTACT, &form).await.expect(201);
    let to_victim = |mail: &ReceivedMail| mail.rcpt_to == ["victim@example.com"];
    let mails = desk
        .server
        .smtp
        .wait_until(|mails| mails.iter().any(to_victim), PATIENCE)
        .await;
    let mail = mails.iter().find(|mail| to_victim(mail)).expect("it came");
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        mail.subject(),
        mail.header("To"),
        mail.part("text/plain"),
        mail.part("text/html")
    );
    assert!(!shown.contains("spam.example"), "{shown}");
    desk.server.stop().await;
}
