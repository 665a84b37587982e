//! The table of rights, as data: what each route answers to each kind of caller.
//!
//! One file a resource. To add a route: a row in the file of its resource (or a file, and its line
//! in [`rows`]). A route without a row fails `route_coverage`.

mod faq;
mod messages;
mod people;
mod process;
mod tickets;

use reqwest::Method;
use serde_json::Value;

/// A route and what each kind of caller is answered.
pub struct Row {
    pub method: Method,
    pub path: &'static str,
    /// What the route cannot do without, e.g. `?ids=a`.
    pub query: &'static str,
    pub body: Value,
    /// Whether the ticket has to be closed first.
    pub closed: bool,
    /// Anyone, another customer, the owner, staff, an admin.
    pub expected: [u16; 5],
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

/// Every row.
pub fn rows() -> Vec<Row> {
    [
        tickets::rows(),
        messages::rows(),
        people::rows(),
        faq::rows(),
        process::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const SIGNED_IN: [u16; 5] = [401, 200, 200, 200, 200];
const ITS_PEOPLE: [u16; 5] = [401, 404, 200, 200, 200];
const STAFF_ONLY: [u16; 5] = [401, 403, 403, 200, 200];
const PUBLIC: [u16; 5] = [200; 5];

/// The same for everybody: reads no token.
pub const SUGGEST: &str = "/api/support/faq/suggest";
