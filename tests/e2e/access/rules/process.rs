//! What belongs to no resource: the feed of events, health, the document.

use reqwest::Method;
use serde_json::Value;

use super::{PUBLIC, Row, SIGNED_IN, row};

pub fn rows() -> Vec<Row> {
    vec![
        row(Method::GET, "/api/events", Value::Null, SIGNED_IN),
        row(Method::GET, "/healthz", Value::Null, PUBLIC),
        row(Method::GET, "/readyz", Value::Null, PUBLIC),
        row(Method::GET, "/metrics", Value::Null, PUBLIC),
        row(Method::GET, "/api/openapi.json", Value::Null, PUBLIC),
    ]
}
