//! What every refusal has in common.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::Answer;

/// A problem with every member clients read, and nothing of the database in it.
#[track_caller]
pub fn assert_is_problem(status: u16, content_type: &str, request_id: &str, body: &Value) {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(content_type, "application/problem+json", "{body}");
    assert_eq!(
        (&body["status"], &body["statusCode"]),
        (&json!(status), &json!(status))
    );
    for member in [
        "type",
        "title",
        "detail",
        "message",
        "code",
        "path",
        "requestId",
    ] {
        assert!(!text(member).is_empty(), "{member} is missing: {body}");
    }
    assert!(text("type").ends_with(&text("code")), "{body}");
    assert!(!text("path").contains('?'), "{body}");
    assert_eq!(text("requestId"), request_id);
    let timestamp = text("timestamp");
    assert!(chrono::DateTime::parse_from_rfc3339(&timestamp).is_ok());
    assert!(
        timestamp.ends_with('Z') && timestamp.len() == 24,
        "{timestamp}"
    );
    if text("code") == "validation_failed" {
        for error in body["errors"].as_array().expect("refused fields") {
            for member in ["field", "code", "message"] {
                assert!(
                    error[member].as_str().is_some_and(|it| !it.is_empty()),
                    "{body}"
                );
            }
        }
    }
    let all = body.to_string().to_lowercase();
    for word in [
        "postgres",
        "diesel",
        "sql",
        "___xtr",
        "constraint",
        "panicked",
        "/src/",
    ] {
        assert!(!all.contains(word), "{word}: {body}");
    }
}

/// The same of an answer, with its status and code.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let (kind, id) = (answer.header("content-type"), answer.header("x-request-id"));
    assert_is_problem(status, kind, id, &answer.body);
    assert_eq!(answer.text_at("/code"), code, "{}", answer.text);
}

/// The fields a validation problem names.
pub fn refused(answer: &Answer) -> BTreeSet<String> {
    let errors = answer.body["errors"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    errors
        .iter()
        .map(|error| error["field"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A refusal of exactly these fields.
#[track_caller]
pub fn assert_refused(answer: &Answer, fields: &[&str]) {
    assert_problem(answer, 400, "validation_failed");
    let expected: BTreeSet<String> = fields.iter().map(ToString::to_string).collect();
    assert_eq!(refused(answer), expected, "{}", answer.text);
}
