//! Customers and the team.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Row, STAFF_ONLY, row};

pub fn rows() -> Vec<Row> {
    const STAFF: &str = "/api/staff";
    let person = json!({ "id": "{new}", "name": "Karim Haddad" });
    vec![
        row(Method::GET, STAFF, Value::Null, STAFF_ONLY),
        row(
            Method::POST,
            STAFF,
            person.clone(),
            [401, 403, 403, 403, 201],
        ),
        row(Method::GET, "/api/staff/{staffId}", Value::Null, STAFF_ONLY),
        row(
            Method::POST,
            "/api/customers",
            person,
            [401, 403, 403, 201, 201],
        ),
        row(
            Method::GET,
            "/api/customers/{customerId}",
            Value::Null,
            STAFF_ONLY,
        ),
    ]
}
