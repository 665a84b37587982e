//! Who is told of what by e-mail, row by row; and the link to rate.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use testkit::smtp_sink::ReceivedMail;
use testkit::{Api, TestOptions, TestServer};

use crate::desk::{CONTACT, JEAN, LIST, all_mail_sent, at, form_with, ticket_by};

struct Desk {
    server: TestServer,
    claire: Api,
    sophie: Api,
    jean: Api,
}

impl Desk {
    async fn open() -> Self {
        let escalation = "chef@shop.example, direction@shop.example".to_owned();
        let server = TestServer::start_with(TestOptions {
            settings: vec![
                ("GUICHET__MAIL__ESCALATION", escalation),
                (
                    "GUICHET__MAIL__SUPPORT_BILLING",
                    "compta@shop.example".to_owned(),
                ),
            ],
            ..TestOptions::default()
        })
        .await;
        let claire = server.staff("claire");
        let sophie = server.staff("sophie");
        let jean = server.customer("cst-jean", JEAN);
        for caller in [&claire, &sophie, &jean] {
            caller.get(LIST).await.expect(200);
        }
        Self {
            server,
            claire,
            sophie,
            jean,
        }
    }

    /// A ticket of Jean's whose first mails are out of the way.
    async fn ticket(&self) -> String {
        let id = ticket_by(&self.jean, JEAN).await;
        all_mail_sent(&self.server).await;
        id
    }

    /// Who got which template since there were `before` mails, sorted.
    async fn told_since(&self, before: usize) -> Vec<(String, String)> {
        all_mail_sent(&self.server).await;
        let mut told: Vec<_> = self.server.smtp.mails()[before..]
            .iter()
            .map(addressed)
            .collect();
        told.sort();
        told
    }

    /// Does something and answers who was told what.
    async fn told_of(&self, doing: impl Future) -> Vec<(String, String)> {
        let before = self.server.smtp.mails().len();
        doing.await;
        self.told_since(before).await
    }

    async fn close(&self, id: &str) {
        let closing = json!({ "status": "closed" });
        self.claire
            .put(&at(id, "/status"), &closing)
            .await
            .expect(200);
    }

    /// The newest mail of a template.
    async fn last(&self, template: &str) -> ReceivedMail {
        self.last_about(template, "").await
    }

    /// The newest mail of a template about a ticket: mails of two tickets come in any order.
    async fn last_about(&self, template: &str, ticket: &str) -> ReceivedMail {
        all_mail_sent(&self.server).await;
        let mails = self.server.smtp.mails();
        let last = mails.iter().rev().find(|mail| {
            addressed(mail).0 == template && mail.subject().unwrap_or_default().contains(ticket)
        });
        last.unwrap_or_else(|| panic!("no {template}")).clone()
    }
}

fn addressed(mail: &ReceivedMail) -> (String, String) {
    let template = mail.header("X-Guichet-Template").unwrap_or_default();
    (template, mail.rcpt_to.join(","))
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(template, to)| ((*template).to_owned(), (*to).to_owned()))
        .collect()
}

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
    assert_eq!(told, pairs(&[("contact_assigned", "sophie@shop.example")]));
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

/// The signed part of the link in the newest closing mail.
async fn sig(desk: &Desk, id: &str) -> String {
    let mail = desk.last_about("contact_resolved", id).await;
    let text = mail.part("text/plain").expect("a text part");
    let link = text
        .split_whitespace()
        .find(|word| word.starts_with("https://aide.shop.example/rate/"))
        .unwrap_or_else(|| panic!("no link in {text}"));
    assert!(link.contains(id), "{link}");
    let html = mail.part("text/html").unwrap_or_default();
    let html = html.replace("&#x2f;", "/").replace("&amp;", "&");
    assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
    link.split("sig=").nth(1).expect("a signature").to_owned()
}

/// What the form behind the link sends.
async fn submit(desk: &Desk, id: &str, sig: &str, form: &str) -> (u16, String) {
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let url = format!("http://{}/rate/{id}?sig={sig}", desk.server.server.address);
    let sent = client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .expect("the server answers");
    (
        sent.status().as_u16(),
        sent.text().await.unwrap_or_default(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_in_the_closing_mail_opens_a_form_that_rates_the_ticket() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let sig = sig(&desk, &id).await;
    let page = desk
        .server
        .api
        .get(&format!("/rate/{id}?sig={sig}"))
        .await
        .expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("<form") && page.text.contains(&id));
    let (status, _) = submit(&desk, &id, &sig, "feedback=rien").await;
    assert_eq!(status, 400, "no rating chosen");
    let (status, page) = submit(&desk, &id, &sig, "rating=4&feedback=Tr%C3%A8s+bien").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Merci"), "{page}");
    let shown = desk.claire.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.body["satisfaction"]["rating"], 4);
    assert_eq!(shown.text_at("/satisfaction/feedback"), "Très bien");
    assert_eq!(shown.text_at("/status"), "closed");
    // A double click is no second rating; another opinion is refused.
    assert_eq!(submit(&desk, &id, &sig, "rating=4").await.0, 200);
    assert_eq!(submit(&desk, &id, &sig, "rating=1").await.0, 409);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_rates_through_the_api_as_well_and_only_once() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let sig = sig(&desk, &id).await;
    let path = at(&id, &format!("/satisfaction?sig={sig}"));
    let five = json!({ "rating": 5, "feedback": "Parfait" });
    let rated = desk.server.api.post(&path, &five).await.expect(200);
    assert_eq!(rated.body["satisfaction"]["rating"], 5);
    desk.server.api.post(&path, &five).await.expect(200);
    let refused = desk
        .server
        .api
        .post(&path, &json!({ "rating": 1 }))
        .await
        .expect(409);
    assert_eq!(refused.text_at("/code"), "already_rated");
    let owner = desk
        .jean
        .post(&at(&id, "/satisfaction"), &json!({ "rating": 2 }))
        .await;
    assert_eq!(owner.status, 409);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_tampered_with_or_belongs_elsewhere_is_refused() {
    let desk = Desk::open().await;
    let (id, other) = (desk.ticket().await, desk.ticket().await);
    desk.close(&other).await;
    desk.close(&id).await;
    let good = sig(&desk, &id).await;
    let mut letters: Vec<char> = good.chars().collect();
    let last = letters.len() - 2;
    letters[last] = if letters[last] == 'A' { 'B' } else { 'A' };
    let flipped: String = letters.into_iter().collect();
    let (closing, rest) = good.split_once('.').expect("a closing");
    let later = good.replacen(
        &rest[..10],
        &(rest[..10].parse::<i64>().unwrap() + 1).to_string(),
        1,
    );
    let five = json!({ "rating": 5 });
    for bad in [
        flipped,
        format!("2.{rest}"),
        later,
        closing.to_owned(),
        "x".to_owned(),
        "%00".to_owned(),
    ] {
        let path = at(&id, &format!("/satisfaction?sig={bad}"));
        let refused = desk.server.api.post(&path, &five).await;
        assert!(
            [400, 403].contains(&refused.status),
            "{bad}: {}",
            refused.text
        );
        let page = desk
            .server
            .api
            .get(&format!("/rate/{id}?sig={bad}"))
            .await
            .expect(403);
        assert!(!page.text.contains(&id), "{}", page.text);
        assert_eq!(submit(&desk, &id, &bad, "rating=5").await.0, 403);
    }
    let path = at(&other, &format!("/satisfaction?sig={good}"));
    desk.server.api.post(&path, &five).await.expect(403);
    let absent = at("TICKET-00000000", &format!("/satisfaction?sig={good}"));
    desk.server.api.post(&absent, &five).await.expect(403);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_for_its_closing_only_and_not_for_ever() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let first = sig(&desk, &id).await;
    let rate = |sig: &str, rating: u8| {
        let path = at(&id, &format!("/satisfaction?sig={sig}"));
        let api = desk.server.api.clone();
        async move { api.post(&path, &json!({ "rating": rating })).await }
    };
    // Reopened by the customer's answer: nothing to rate.
    let again = json!({ "message": "Toujours en panne." });
    desk.jean
        .post(&at(&id, "/responses"), &again)
        .await
        .expect(201);
    let open = rate(&first, 5).await.expect(409);
    assert_eq!(open.text_at("/code"), "ticket_still_open");
    desk.close(&id).await;
    let second = sig(&desk, &id).await;
    assert_ne!(first, second);
    let outdated = rate(&first, 5).await.expect(403);
    assert_eq!(outdated.text_at("/code"), "invalid_link");
    desk.server.clock.advance(TimeDelta::days(61));
    rate(&second, 5).await.expect(403);
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
    let wait = Duration::from_secs(10);
    let to_victim = |mail: &ReceivedMail| mail.rcpt_to == ["victim@example.com"];
    let mails = desk
        .server
        .smtp
        .wait_until(|mails| mails.iter().any(to_victim), wait)
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
