//! The knowledge base.

use reqwest::Method;
use serde_json::{Value, json};

use super::{PUBLIC, Row, STAFF_ONLY, SUGGEST, row};

/// The article stands published in a published category; another category is empty.
pub fn rows() -> Vec<Row> {
    const FAQ: &str = "/api/support/faq";
    const ARTICLE: &str = "/api/support/faq/{faqId}";
    const CATEGORIES: &str = "/api/support/faq/categories";
    const CATEGORY: &str = "/api/support/faq/categories/{categoryId}";
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
