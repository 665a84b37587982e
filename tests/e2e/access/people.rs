//! The callers of the table's columns, what belongs to whom, and a request made of a row.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use testkit::{Answer, Api, TestServer};

use super::rules::Row;
use crate::desk::{FAQ_CATEGORIES, JEAN, LIST, at, ticket_by};

pub struct People {
    pub server: TestServer,
    /// In the order of the table's columns.
    pub callers: [(&'static str, Api); 5],
}

impl People {
    pub async fn gather() -> Self {
        let server = TestServer::start().await;
        let callers = [
            ("anyone", server.api.clone()),
            (
                "another customer",
                server.customer("cst-paul", "paul@example.com"),
            ),
            ("owner", server.customer("cst-jean", JEAN)),
            ("staff", server.staff("staff-claire")),
            ("admin", server.admin("admin-anne")),
        ];
        // Staff can be assigned once they came by.
        callers[3].1.get(LIST).await.expect(200);
        Self { server, callers }
    }

    pub fn stranger(&self) -> &Api {
        &self.callers[1].1
    }

    pub fn owner(&self) -> &Api {
        &self.callers[2].1
    }

    pub fn staff(&self) -> &Api {
        &self.callers[3].1
    }

    /// A ticket and a message of the owner.
    pub async fn ids(&self, closed: bool) -> Ids {
        let ticket = self.ticket(closed).await;
        let said = json!({
            "customerId": "cst-jean", "staffId": "staff-claire", "subject": "Ma commande", "content": "Bonjour",
        });
        let created = self.owner().post("/api/messages", &said).await.expect(201);
        let mut ids = Ids::of(&ticket, created.text_at("/data/id"));
        let shelf = json!({ "id": new_category(), "name": "Pneus", "published": true });
        let opened = self.staff().post(FAQ_CATEGORIES, &shelf).await.expect(201);
        opened.text_at("/id").clone_into(&mut ids.category);
        let said = json!({
            "question": "Combien coûte l'envoi ?", "answer": "Rien à partir de 60 euros d'achat.",
            "category": "orders", "published": true,
        });
        let written = self
            .staff()
            .post("/api/support/faq", &said)
            .await
            .expect(201);
        written.text_at("/id").clone_into(&mut ids.article);
        ids
    }

    /// A ticket of the owner.
    pub async fn ticket(&self, closed: bool) -> String {
        let id = ticket_by(self.owner(), JEAN).await;
        if closed {
            self.staff()
                .put(&at(&id, "/status"), &json!({ "status": "closed" }))
                .await
                .expect(200);
        }
        id
    }
}

/// What a path's placeholders stand for.
pub struct Ids {
    pub ticket: String,
    pub message: String,
    pub article: String,
    pub category: String,
}

/// An id no category has.
fn new_category() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("shelf-{}", NEXT.fetch_add(1, Ordering::SeqCst))
}

impl Ids {
    pub fn of(ticket: &str, message: &str) -> Self {
        Self {
            ticket: ticket.to_owned(),
            message: message.to_owned(),
            article: "FAQ-ZZZZZZZZ".to_owned(),
            category: "none".to_owned(),
        }
    }
}

pub async fn ask(caller: &Api, row: &Row, ids: &Ids) -> Answer {
    let body = row.body.to_string().replace("{new}", &new_category());
    let body = (!row.body.is_null()).then(|| body.into_bytes());
    caller
        .call(
            row.method.clone(),
            &format!(
                "{}{}",
                row.path
                    .replace("{ticketId}", &ids.ticket)
                    .replace("{id}", &ids.message)
                    .replace("{faqId}", &ids.article)
                    .replace("{categoryId}", &ids.category)
                    .replace("{version}", "1")
                    .replace("{staffId}", "staff-claire")
                    .replace("{customerId}", "cst-jean"),
                row.query
            ),
            body,
        )
        .await
}
