//! Conversations.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ITS_PEOPLE, Row, SIGNED_IN, STAFF_ONLY, row};

/// The message is the owner's, written by them to staff-claire.
pub fn rows() -> Vec<Row> {
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
