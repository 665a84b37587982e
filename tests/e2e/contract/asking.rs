//! Requests that make an operation answer a certain status, whatever the operation is.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use testkit::contract::{self, Operation};
use testkit::{Answer, Api, TestServer, eventually};

use crate::access::people::{Ids, People, body_of, path_of};
use crate::access::rules::{self, Row};

/// What was answered.
#[derive(Default)]
pub struct Seen {
    /// Which operation answered which status.
    pub answered: BTreeSet<(String, u16)>,
    /// Answers the document does not know.
    pub wrong: Vec<String>,
}

impl Seen {
    pub fn note(&mut self, asked: &Asked, answer: &Answer) {
        let name = asked.name();
        let faults = asked.operation.faults(answer, false);
        if !faults.is_empty() {
            let (status, faults) = (answer.status, faults.join("; "));
            let text: String = answer.text.chars().take(300).collect();
            self.wrong
                .push(format!("{name} answered {status}: {faults}: {text}"));
        }
        self.answered.insert((name, answer.status));
    }

    pub fn merge(&mut self, other: Self) {
        self.answered.extend(other.answered);
        self.wrong.extend(other.wrong);
    }
}

/// A request that is fine, and may be spoilt.
#[derive(Clone)]
pub struct Asked {
    pub operation: Operation,
    pub path: String,
    pub body: Option<Vec<u8>>,
    /// Who gets through, as a column of the table of rights.
    pub welcome: usize,
    form: bool,
}

/// The name of an operation in the lists of these tests.
pub fn name_of(method: &Method, path: &str) -> String {
    format!("{method} {path}")
}

fn operation_of(row: &Row) -> Operation {
    let mut all = contract::operations().into_iter();
    all.find(|one| one.method == row.method && one.path == row.path)
        .expect("every row has its operation")
}

impl Asked {
    /// The request of a row of the table of rights.
    pub fn of(row: &Row, ids: &Ids) -> Self {
        let fine = |column: &usize| (200..300).contains(&row.expected[*column]);
        Self {
            operation: operation_of(row),
            path: path_of(row, ids),
            body: body_of(row),
            welcome: [2, 3, 4, 0].into_iter().find(fine).unwrap_or_default(),
            form: false,
        }
    }

    /// The pages behind the link in the closing mail, which the table knows without a link only.
    pub fn rating_pages(ticket: &str, sig: &str) -> Vec<Self> {
        let pages = rules::rows().into_iter();
        let pages = pages.filter(|row| row.path.starts_with("/rate/"));
        let page = |row: Row| Self {
            body: (row.method == Method::POST).then(|| b"rating=4".to_vec()),
            form: row.method == Method::POST,
            path: format!("/rate/{ticket}?sig={sig}"),
            welcome: 0,
            operation: operation_of(&row),
        };
        pages.map(page).collect()
    }

    pub fn name(&self) -> String {
        name_of(&self.operation.method, &self.operation.path)
    }

    /// Whether the operation names the status.
    pub fn may(&self, status: u16) -> bool {
        self.operation.statuses().contains(&status)
    }

    /// Whether the operation reads the header.
    pub fn reads(&self, header: &str) -> bool {
        self.operation
            .parameters("header")
            .iter()
            .any(|name| name == header)
    }

    pub fn has_body(&self) -> bool {
        self.operation.value["requestBody"].is_object()
    }

    pub async fn by(&self, caller: &Api) -> Answer {
        let mut caller = caller.unchecked();
        if self.form {
            caller = caller.with_header("content-type", "application/x-www-form-urlencoded");
        }
        let method = self.operation.method.clone();
        caller.call(method, &self.path, self.body.clone()).await
    }

    /// Sends it, and notes what came of it.
    pub async fn noted(&self, caller: &Api, seen: &mut Seen) -> Answer {
        let answer = self.by(caller).await;
        seen.note(self, &answer);
        answer
    }

    /// The same with one more pair in its query.
    pub fn with_query(&self, pair: &str) -> Self {
        let sign = if self.path.contains('?') { '&' } else { '?' };
        Self {
            path: format!("{}{sign}{pair}", self.path),
            ..self.clone()
        }
    }

    pub fn with_body(&self, body: &[u8]) -> Self {
        Self {
            body: Some(body.to_vec()),
            ..self.clone()
        }
    }

    /// In somebody else's name, and with what is for staff: no customer gets through with it.
    pub fn presuming(&self) -> Self {
        let body = self.body.as_deref().unwrap_or(b"{}");
        let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
        for id in ["customer_id", "closerId", "readerId", "userId"] {
            body[id] = "cst-somebody-else".into();
        }
        // Of an answer it would be another name of `internal`.
        if !self.path.ends_with("/responses") {
            body["internal_note"] = "vu".into();
        }
        body["internal"] = true.into();
        self.with_body(body.to_string().as_bytes())
    }

    /// Of somebody else, where the query names a customer.
    pub fn of_another(&self) -> Self {
        self.with_query("customer=cst-somebody-else")
    }

    /// Every parameter of its query given twice, as nothing sensible.
    pub fn with_nonsense(&self) -> Self {
        let names = self.operation.parameters("query");
        let twice = names.iter().map(|name| format!("{name}=%00&{name}=%00"));
        self.with_query(&twice.collect::<Vec<_>>().join("&"))
    }
}

/// The signature in the mail that tells of a ticket's closing.
pub async fn rating_link(people: &People) -> (String, String) {
    let ticket = people.ticket(true).await;
    let sig = eventually("the closing mail", async || {
        link_in_mails(&people.server, &ticket)
    })
    .await;
    (ticket, sig)
}

fn link_in_mails(server: &TestServer, ticket: &str) -> Option<String> {
    let mails = server.smtp.mails();
    let texts = mails.iter().filter_map(|mail| mail.part("text/plain"));
    let link = format!("/rate/{ticket}?sig=");
    texts
        .filter_map(|text| {
            Some(
                text.split(&link)
                    .nth(1)?
                    .split_whitespace()
                    .next()?
                    .to_owned(),
            )
        })
        .next()
}

/// Things that are nowhere.
pub fn nowhere() -> Ids {
    Ids {
        staff: "nobody".to_owned(),
        customer: "nobody".to_owned(),
        ..Ids::of("TICKET-ZZZZZZZZ", "MSG-00000000000000000000000000")
    }
}

/// Ids that are no text.
pub fn no_text() -> Ids {
    let bytes = || "%FF".to_owned();
    Ids {
        article: bytes(),
        category: bytes(),
        staff: bytes(),
        customer: bytes(),
        ..Ids::of("%FF", "%FF")
    }
}
