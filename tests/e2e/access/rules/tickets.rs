//! Tickets: the form, the desk, the link to rate.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ITS_PEOPLE, Row, SIGNED_IN, STAFF_ONLY, row};
use crate::desk::{CONTACT, LIST, SEARCH, form_with};

pub fn rows() -> Vec<Row> {
    const TICKET: &str = "/api/support/contact/ticket/{ticketId}";
    const STATUS: &str = "/api/support/contact/ticket/{ticketId}/status";
    const RESPONSES: &str = "/api/support/contact/ticket/{ticketId}/responses";
    const RATE: &str = "/rate/{ticketId}";
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
        row(Method::GET, RATE, Value::Null, LINK_ONLY),
        row(Method::POST, RATE, Value::Null, LINK_ONLY),
    ]
}
