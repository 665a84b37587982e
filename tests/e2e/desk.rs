//! What most tests begin with: somebody wrote a ticket; where it is found; what is in the database.

use serde_json::Value;
use testkit::{Answer, Api, TestServer, form};

pub const JEAN: &str = "jean.dupont@example.com";
pub const LIST: &str = "/api/support/contact/tickets";
pub const SEARCH: &str = "/api/support/contact/search";
pub const CONTACT: &str = "/api/support/contact";
pub const FAQ: &str = "/api/support/faq";
pub const FAQ_CATEGORIES: &str = "/api/support/faq/categories";
pub const STATS: &str = "/api/support/contact/stats";

/// A path at or below a ticket.
pub fn at(ticket: &str, end: &str) -> String {
    format!("/api/support/contact/ticket/{ticket}{end}")
}

/// The form, with some fields otherwise. Null takes a field away.
pub fn form_with(email: &str, changes: Value) -> Value {
    let mut form = form(email);
    let (Some(fields), Value::Object(changes)) = (form.as_object_mut(), changes) else {
        return form;
    };
    for (name, value) in changes {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    form
}

/// A ticket written by this caller; answers its id.
pub async fn ticket_by(caller: &Api, email: &str) -> String {
    let created = caller.post(CONTACT, &form(email)).await.expect(201);
    created.text_at("/msg_id").to_owned()
}

/// The ids of a list's tickets, as they come.
#[track_caller]
pub fn ids(answer: &Answer) -> Vec<String> {
    answer.body["tickets"]
        .as_array()
        .expect("a list of tickets")
        .iter()
        .map(|ticket| ticket["msg_id"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// How many rows there are, by SQL: `table WHERE …`.
pub async fn count(server: &TestServer, from: &str) -> i64 {
    let client = server.database.client().await;
    let row = client
        .query_one(&format!("SELECT count(*) FROM {from}"), &[])
        .await
        .expect("the count can be taken");
    row.get(0)
}

/// Waits until no mail is left to send.
pub async fn all_mail_sent(server: &TestServer) {
    testkit::eventually("every mail is sent", async || {
        let left = count(server, "job WHERE state IN ('ready', 'running')").await;
        (left == 0).then_some(())
    })
    .await;
}

/// An article of the knowledge base, published in `orders` unless said otherwise.
pub fn article_with(changes: Value) -> Value {
    let mut article = serde_json::json!({
        "question": "Puis-je modifier ma commande ?",
        "answer": "Oui, tant qu'elle n'est pas en préparation : ouvrez **Mes commandes**.",
        "category": "orders",
        "tags": ["commande"],
        "order": 5,
        "published": true,
    });
    if let (Some(fields), Value::Object(changes)) = (article.as_object_mut(), changes) {
        fields.extend(changes);
    }
    article
}

/// Writes an article; answers its id.
pub async fn article_by(staff: &Api, changes: Value) -> String {
    let written = staff.post(FAQ, &article_with(changes)).await.expect(201);
    written.text_at("/id").to_owned()
}

/// A path at or below an article.
pub fn faq_at(article: &str, end: &str) -> String {
    format!("{FAQ}/{article}{end}")
}

/// A member of each item of a list.
#[track_caller]
pub fn each<'a>(answer: &'a Answer, member: &str) -> Vec<&'a str> {
    let items = answer.body.as_array().expect("a list");
    let texts = items.iter().map(|item| item[member].as_str());
    texts.map(Option::unwrap_or_default).collect()
}
