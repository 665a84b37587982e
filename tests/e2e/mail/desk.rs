//! What tests of mail begin with: a desk with addresses, and who was told what.

use serde_json::json;
use testkit::smtp_sink::ReceivedMail;
use testkit::{Api, TestOptions, TestServer};

use crate::desk::{JEAN, LIST, all_mail_sent, at, ticket_by};

/// A server and callers it has met.
pub struct Desk {
    pub server: TestServer,
    pub claire: Api,
    pub sophie: Api,
    pub jean: Api,
}

impl Desk {
    pub async fn open() -> Self {
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
    pub async fn ticket(&self) -> String {
        let id = ticket_by(&self.jean, JEAN).await;
        all_mail_sent(&self.server).await;
        id
    }

    /// Who got which template since there were `before` mails, sorted.
    pub async fn told_since(&self, before: usize) -> Vec<(String, String)> {
        all_mail_sent(&self.server).await;
        let mut told: Vec<_> = self.server.smtp.mails()[before..]
            .iter()
            .map(addressed)
            .collect();
        told.sort();
        told
    }

    /// Does something and answers who was told what.
    pub async fn told_of(&self, doing: impl Future) -> Vec<(String, String)> {
        let before = self.server.smtp.mails().len();
        doing.await;
        self.told_since(before).await
    }

    pub async fn close(&self, id: &str) {
        let closing = json!({ "status": "closed" });
        self.claire
            .put(&at(id, "/status"), &closing)
            .await
            .expect(200);
    }

    /// The newest mail of a template.
    pub async fn last(&self, template: &str) -> ReceivedMail {
        self.last_about(template, "").await
    }

    /// The newest mail of a template about a ticket: mails of two tickets come in any order.
    pub async fn last_about(&self, template: &str, ticket: &str) -> ReceivedMail {
        all_mail_sent(&self.server).await;
        let mails = self.server.smtp.mails();
        let last = mails.iter().rev().find(|mail| {
            addressed(mail).0 == template && mail.subject().unwrap_or_default().contains(ticket)
        });
        last.unwrap_or_else(|| panic!("no {template}")).clone()
    }
}

/// The template of a mail, and to whom it went.
pub fn addressed(mail: &ReceivedMail) -> (String, String) {
    let template = mail.header("X-Guichet-Template").unwrap_or_default();
    (template, mail.rcpt_to.join(","))
}

/// The same, as expected.
pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(template, to)| ((*template).to_owned(), (*to).to_owned()))
        .collect()
}
