//! Who may do what: the table of rights, and that nothing internal gets out by any exit.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Api, TestServer};

use crate::desk::{
    CONTACT, FAQ_CATEGORIES, JEAN, LIST, SEARCH, all_mail_sent, at, form_with, ids, ticket_by,
};

/// A route and what each kind of caller is answered.
pub struct Row {
    pub method: Method,
    pub path: &'static str,
    /// What the route cannot do without, e.g. `?ids=a`.
    query: &'static str,
    body: Value,
    /// Whether the ticket has to be closed first.
    closed: bool,
    /// Anyone, another customer, the owner, staff, an admin.
    expected: [u16; 5],
}

fn row(method: Method, path: &'static str, body: Value, expected: [u16; 5]) -> Row {
    Row {
        method,
        path,
        query: "",
        body,
        closed: false,
        expected,
    }
}

impl Row {
    /// Whether nobody gets through without a token (or a signed link).
    pub fn needs_token(&self) -> bool {
        self.expected[0] == 401
    }
}

/// The table of rights. A route without a row here fails `route_coverage`.
pub fn rows() -> Vec<Row> {
    [desk_rows(), message_rows(), faq_rows()]
        .into_iter()
        .flatten()
        .collect()
}

const SIGNED_IN: [u16; 5] = [401, 200, 200, 200, 200];
const ITS_PEOPLE: [u16; 5] = [401, 404, 200, 200, 200];
const STAFF_ONLY: [u16; 5] = [401, 403, 403, 200, 200];

fn desk_rows() -> Vec<Row> {
    const TICKET: &str = "/api/support/contact/ticket/{ticketId}";
    const STATUS: &str = "/api/support/contact/ticket/{ticketId}/status";
    const RESPONSES: &str = "/api/support/contact/ticket/{ticketId}/responses";
    const RATE: &str = "/rate/{ticketId}";
    const PUBLIC: [u16; 5] = [200; 5];
    const LINK_ONLY: [u16; 5] = [403; 5];
    let form = form_with("somebody@example.com", json!({}));
    let closing = json!({ "status": "closed" });
    let claire = json!({ "staff_id": "staff-claire" });
    vec![
        row(Method::POST, CONTACT, form, [201; 5]),
        row(Method::GET, LIST, Value::Null, SIGNED_IN),
        row(Method::GET, SEARCH, Value::Null, SIGNED_IN),
        row(
            Method::GET,
            "/api/support/contact/stats",
            Value::Null,
            STAFF_ONLY,
        ),
        row(Method::GET, TICKET, Value::Null, ITS_PEOPLE),
        row(Method::PUT, STATUS, closing.clone(), ITS_PEOPLE),
        row(Method::PATCH, STATUS, closing, ITS_PEOPLE),
        row(Method::GET, RESPONSES, Value::Null, ITS_PEOPLE),
        row(
            Method::POST,
            RESPONSES,
            json!({ "message": "Bonjour" }),
            [401, 404, 201, 201, 201],
        ),
        row(
            Method::PUT,
            "/api/support/contact/ticket/{ticketId}/assign",
            claire,
            STAFF_ONLY,
        ),
        row(
            Method::POST,
            "/api/support/contact/ticket/{ticketId}/escalate",
            json!({ "reason": "Client immobilisé" }),
            STAFF_ONLY,
        ),
        Row {
            closed: true,
            ..row(
                Method::POST,
                "/api/support/contact/ticket/{ticketId}/satisfaction",
                json!({ "rating": 4 }),
                [401, 404, 200, 403, 403],
            )
        },
        row(Method::GET, "/api/events", Value::Null, SIGNED_IN),
        row(Method::GET, RATE, Value::Null, LINK_ONLY),
        row(Method::POST, RATE, Value::Null, LINK_ONLY),
        row(Method::GET, "/healthz", Value::Null, PUBLIC),
        row(Method::GET, "/readyz", Value::Null, PUBLIC),
        row(Method::GET, "/metrics", Value::Null, PUBLIC),
        row(Method::GET, "/api/openapi.json", Value::Null, PUBLIC),
    ]
}

/// The message is the owner's, written by them to staff-claire.
fn message_rows() -> Vec<Row> {
    const MESSAGES: &str = "/api/messages";
    const MESSAGE: &str = "/api/messages/{id}";
    const PUT_AWAY: [u16; 5] = [401, 404, 200, 404, 200];
    let said = json!({
        "customerId": "cst-jean", "staffId": "staff-claire", "subject": "Ma commande", "content": "Bonjour",
    });
    let words = json!({ "content": "Bonjour encore" });
    let nothing = json!({});
    vec![
        row(Method::GET, MESSAGES, Value::Null, SIGNED_IN),
        row(Method::POST, MESSAGES, said, [401, 403, 201, 201, 201]),
        row(Method::GET, "/api/messages/stats", Value::Null, SIGNED_IN),
        row(
            Method::GET,
            "/api/messages/stats/overview",
            Value::Null,
            STAFF_ONLY,
        ),
        row(
            Method::GET,
            "/api/messages/customers",
            Value::Null,
            STAFF_ONLY,
        ),
        Row {
            query: "?ids=cst-jean",
            ..row(
                Method::GET,
                "/api/messages/presence",
                Value::Null,
                STAFF_ONLY,
            )
        },
        row(Method::GET, MESSAGE, Value::Null, ITS_PEOPLE),
        row(
            Method::PUT,
            MESSAGE,
            words.clone(),
            [401, 404, 200, 403, 403],
        ),
        row(
            Method::PUT,
            "/api/messages/{id}/close",
            nothing.clone(),
            ITS_PEOPLE,
        ),
        row(
            Method::PUT,
            "/api/messages/{id}/read",
            nothing.clone(),
            ITS_PEOPLE,
        ),
        row(
            Method::PUT,
            "/api/messages/{id}/archive",
            nothing.clone(),
            PUT_AWAY,
        ),
        row(Method::PUT, "/api/messages/{id}/delete", nothing, PUT_AWAY),
        row(Method::POST, "/api/messages/{id}/reply", words, ITS_PEOPLE),
    ]
}

/// The same for everybody: reads no token.
const SUGGEST: &str = "/api/support/faq/suggest";

/// The article stands published in a published category; another category is empty.
fn faq_rows() -> Vec<Row> {
    const FAQ: &str = "/api/support/faq";
    const ARTICLE: &str = "/api/support/faq/{faqId}";
    const CATEGORIES: &str = "/api/support/faq/categories";
    const CATEGORY: &str = "/api/support/faq/categories/{categoryId}";
    const PUBLIC: [u16; 5] = [200; 5];
    const MAKING: [u16; 5] = [401, 403, 403, 201, 201];
    const REMOVING: [u16; 5] = [401, 403, 403, 204, 204];
    let said = json!({
        "question": "Combien coûte l'envoi ?", "answer": "Rien à partir de 60 euros d'achat.", "category": "orders",
    });
    let shelf = json!({ "id": "{new}", "name": "Pneus" });
    let changed = json!({ "published": true });
    vec![
        row(Method::GET, FAQ, Value::Null, PUBLIC),
        row(Method::POST, FAQ, said, MAKING),
        row(Method::GET, "/api/support/faq/stats", Value::Null, PUBLIC),
        row(
            Method::GET,
            "/api/support/faq/stats/unanswered",
            Value::Null,
            STAFF_ONLY,
        ),
        row(Method::GET, SUGGEST, Value::Null, PUBLIC),
        row(
            Method::POST,
            "/api/support/contact/suggestions",
            json!({ "subject": "Colis perdu", "message": "Bonjour" }),
            PUBLIC,
        ),
        row(Method::GET, CATEGORIES, Value::Null, PUBLIC),
        row(Method::POST, CATEGORIES, shelf, MAKING),
        row(Method::GET, CATEGORY, Value::Null, PUBLIC),
        row(Method::PUT, CATEGORY, changed.clone(), STAFF_ONLY),
        row(Method::DELETE, CATEGORY, Value::Null, REMOVING),
        row(Method::GET, ARTICLE, Value::Null, PUBLIC),
        row(Method::PUT, ARTICLE, changed, STAFF_ONLY),
        row(Method::DELETE, ARTICLE, Value::Null, REMOVING),
        row(
            Method::PUT,
            "/api/support/faq/{faqId}/helpful",
            json!({ "helpful": true }),
            PUBLIC,
        ),
        row(
            Method::GET,
            "/api/support/faq/{faqId}/versions",
            Value::Null,
            STAFF_ONLY,
        ),
        row(
            Method::POST,
            "/api/support/faq/{faqId}/versions/{version}/restore",
            Value::Null,
            STAFF_ONLY,
        ),
    ]
}

struct People {
    server: TestServer,
    /// In the order of the table's columns.
    callers: [(&'static str, Api); 5],
}

impl People {
    async fn gather() -> Self {
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

    fn stranger(&self) -> &Api {
        &self.callers[1].1
    }

    fn owner(&self) -> &Api {
        &self.callers[2].1
    }

    fn staff(&self) -> &Api {
        &self.callers[3].1
    }

    /// A ticket and a message of the owner.
    async fn ids(&self, closed: bool) -> Ids {
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
    async fn ticket(&self, closed: bool) -> String {
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
struct Ids {
    ticket: String,
    message: String,
    article: String,
    category: String,
}

/// An id no category has.
fn new_category() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("shelf-{}", NEXT.fetch_add(1, Ordering::SeqCst))
}

impl Ids {
    fn of(ticket: &str, message: &str) -> Self {
        Self {
            ticket: ticket.to_owned(),
            message: message.to_owned(),
            article: "FAQ-ZZZZZZZZ".to_owned(),
            category: "none".to_owned(),
        }
    }
}

async fn ask(caller: &Api, row: &Row, ids: &Ids) -> Answer {
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
                    .replace("{version}", "1"),
                row.query
            ),
            body,
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_each_kind_of_caller_as_the_table_of_rights_says() {
    let people = People::gather().await;
    let mut wrong = Vec::new();
    for row in rows() {
        for ((who, caller), expected) in people.callers.iter().zip(row.expected) {
            let ids = people.ids(row.closed).await;
            let answer = ask(caller, &row, &ids).await;
            if answer.status != expected {
                wrong.push(format!(
                    "{} {} as {who}: {} instead of {expected}: {}",
                    row.method, row.path, answer.status, answer.text
                ));
            }
            if answer.status == 401 && answer.header("www-authenticate") != "Bearer" {
                wrong.push(format!("{} {}: no WWW-Authenticate", row.method, row.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    people.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_none_is_refused_on_every_route_that_reads_one() {
    let server = TestServer::start().await;
    let bad = server.api.with_token("not.a.token");
    for row in rows() {
        let reads_tokens = row.expected[0] == 401
            || row.path == CONTACT
            || (row.path.starts_with("/api/support/faq") && row.path != SUGGEST);
        if reads_tokens {
            let answer = ask(&bad, &row, &Ids::of("TICKET-00000000", "MSG-0"))
                .await
                .expect(401);
            assert_eq!(answer.text_at("/code"), "invalid_token");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    server.stop().await;
}

/// What could tell two answers apart, less what differs between any two requests.
fn fingerprint(answer: &Answer, ids: &Ids) -> (u16, Vec<(String, String)>, String) {
    let mut body = answer.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("timestamp".into(), Value::Null);
        fields.insert("requestId".into(), Value::Null);
    }
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| {
            // Lists come in any order.
            let mut parts: Vec<_> = value.to_str().unwrap_or_default().split(", ").collect();
            parts.sort_unstable();
            (name.to_string(), parts.join(", "))
        })
        .collect();
    headers.sort();
    (
        answer.status,
        headers,
        body.to_string()
            .replace(&ids.ticket, "{ticketId}")
            .replace(&ids.message, "{id}"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_ticket_and_an_absent_one_cannot_be_told_apart() {
    let people = People::gather().await;
    let foreign = people.ids(true).await;
    let absent = Ids::of("TICKET-ZZZZZZZZ", "MSG-00000000000000000000000000");
    for row in rows() {
        if row.expected[1] != 404 {
            continue;
        }
        for headers in [vec![], vec![("If-Match", "\"1\"")]] {
            let caller = headers
                .iter()
                .fold(people.stranger().clone(), |api, (name, value)| {
                    api.with_header(name, value)
                });
            let one = ask(&caller, &row, &foreign).await.expect(404);
            let other = ask(&caller, &row, &absent).await.expect(404);
            assert_eq!(
                fingerprint(&one, &foreign),
                fingerprint(&other, &absent),
                "{} {}",
                row.method,
                row.path
            );
        }
    }
    // What only staff may ask for reveals nothing either.
    for (end, body) in [
        (
            "/status",
            json!({ "status": "open", "assigned_to": "staff-claire" }),
        ),
        (
            "/status",
            json!({ "status": "open", "internal_note": "vu" }),
        ),
    ] {
        people
            .stranger()
            .put(&at(&foreign.ticket, end), &body)
            .await
            .expect(404);
    }
    let note = json!({ "message": "vu", "internal": true });
    people
        .stranger()
        .post(&at(&foreign.ticket, "/responses"), &note)
        .await
        .expect(404);
    people.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_may_not_do_what_is_for_staff_on_their_own_ticket() {
    let people = People::gather().await;
    let id = people.ticket(false).await;
    let owner = people.owner();
    for body in [
        json!({ "status": "closed", "assigned_to": "staff-claire" }),
        json!({ "status": "closed", "internal_note": "vu" }),
    ] {
        owner.put(&at(&id, "/status"), &body).await.expect(403);
    }
    let note = json!({ "message": "vu", "internal": true });
    owner.post(&at(&id, "/responses"), &note).await.expect(403);
    // Nothing was done by halves.
    let detail = people.staff().get(&at(&id, "")).await.expect(200);
    assert_eq!(detail.text_at("/status"), "open");
    assert_eq!(detail.body["version"], 1);
    assert_eq!(detail.body["responses"], json!([]));
    people.server.stop().await;
}

/// Everything a customer can read of a ticket.
async fn all_a_customer_reads(customer: &Api, id: &str, word: &str) -> Vec<Answer> {
    let again = json!({ "status": "open" });
    vec![
        customer.get(&at(id, "")).await.expect(200),
        customer.get(&at(id, "/responses")).await.expect(200),
        customer.get(LIST).await.expect(200),
        customer.get(SEARCH).await.expect(200),
        customer
            .get(&format!("{SEARCH}?keyword={word}"))
            .await
            .expect(200),
        customer.put(&at(id, "/status"), &again).await.expect(200),
        customer
            .post(&at(id, "/responses"), &json!({ "message": "D'accord." }))
            .await
            .expect(201),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_notes_reach_a_customer_by_no_exit() {
    let people = People::gather().await;
    let id = people.ticket(false).await;
    let staff = people.staff();
    let note = json!({ "message": "Un zygomate suspect", "internal": true });
    let added = staff.post(&at(&id, "/responses"), &note).await.expect(201);
    assert_eq!(
        added.text_at("/msg_content"),
        "[NOTE INTERNE] Un zygomate suspect"
    );
    let with_note = json!({ "status": "open", "internal_note": "Deuxième zygomate" });
    staff.put(&at(&id, "/status"), &with_note).await.expect(200);
    let reason = json!({ "reason": "Troisième zygomate" });
    staff.post(&at(&id, "/escalate"), &reason).await.expect(200);
    let public = json!({ "message": "Nous regardons." });
    staff
        .post(&at(&id, "/responses"), &public)
        .await
        .expect(201);

    for answer in all_a_customer_reads(people.owner(), &id, "zygomate").await {
        for word in ["zygomate", "NOTE INTERNE", "ESCALADE", "\"internal\":true"] {
            assert!(!answer.text.contains(word), "{word}: {}", answer.text);
        }
    }
    let found = people
        .owner()
        .get(&format!("{SEARCH}?keyword=zygomate"))
        .await
        .expect(200);
    assert_eq!((ids(&found), &found.body["total"]), (vec![], &json!(0)));
    let thread = people.owner().get(&at(&id, "/responses")).await.expect(200);
    assert_eq!(thread.body["total"], 2, "{}", thread.text);

    // Staff find the notes, in every place.
    let thread = staff.get(&at(&id, "/responses")).await.expect(200);
    assert_eq!(thread.body["total"], 5, "{}", thread.text);
    assert!(thread.text.contains("[ESCALADE] Troisième zygomate"));
    let found = staff.get(&format!("{SEARCH}?keyword=zygomate")).await;
    assert_eq!(ids(&found.expect(200)), [id.as_str()]);

    all_mail_sent(&people.server).await;
    for mail in people.server.smtp.mails() {
        if mail.rcpt_to == [JEAN] {
            let text = format!("{:?}{:?}", mail.part("text/plain"), mail.part("text/html"));
            assert!(!text.contains("zygomate"), "{text}");
        }
    }
    people.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_learn_the_name_of_staff_but_not_their_address() {
    let people = People::gather().await;
    let id = people.ticket(false).await;
    let claire = json!({ "staff_id": "staff-claire" });
    let staff = people.staff();
    staff.put(&at(&id, "/assign"), &claire).await.expect(200);
    let public = json!({ "message": "Nous regardons." });
    staff
        .post(&at(&id, "/responses"), &public)
        .await
        .expect(201);

    let shown = staff.get(&at(&id, "")).await.expect(200);
    assert_eq!(
        shown.text_at("/staff/cnfa_mail"),
        "staff-claire@shop.example"
    );
    let shown = people.owner().get(&at(&id, "")).await.expect(200);
    assert!(
        !shown.text_at("/staff/cnfa_name").is_empty(),
        "{}",
        shown.text
    );
    for answer in all_a_customer_reads(people.owner(), &id, "regardons").await {
        assert!(!answer.text.contains("@shop.example"), "{}", answer.text);
        assert!(!answer.text.contains("unverified"), "{}", answer.text);
    }
    people.server.stop().await;
}
