//! What holds for the document as a whole.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::contract::operations;

const PROBLEM: &str = "application/problem+json";

/// The responses of every operation, as `GET /path 404`.
fn responses() -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for operation in operations() {
        let named = operation.value["responses"].as_object().cloned();
        for (status, response) in named.unwrap_or_default() {
            let name = format!("{} {}", operation.method, operation.path);
            all.push((name, status, response));
        }
    }
    all
}

#[test]
fn every_problem_is_of_the_type_of_problems() {
    let problem = json!({ "$ref": "#/components/schemas/ProblemBody" });
    for (name, status, response) in responses() {
        let content = response["content"].as_object().cloned().unwrap_or_default();
        for (kind, content) in content {
            let is_problem = content["schema"] == problem;
            assert_eq!(is_problem, kind == PROBLEM, "{name} {status}");
        }
        let refusal = status == "default" || status.starts_with('4');
        let pages = name.contains("/rate/");
        assert!(
            !refusal || pages || response["content"].get(PROBLEM).is_some(),
            "{name} {status}"
        );
    }
}

#[test]
fn what_is_taken_is_what_is_refused() {
    for operation in operations() {
        let name = format!("{} {}", operation.method, operation.path);
        let statuses = operation.statuses();
        let headers = operation.parameters("header");
        let reads = |header: &str| headers.iter().any(|name| name == header);
        let has_body = operation.value["requestBody"].is_object();
        for (taken, refusals) in [
            (reads("Idempotency-Key"), &[400, 409, 422, 429][..]),
            (reads("If-Match"), &[412]),
            (has_body, &[400, 408, 413, 415]),
            (!operation.parameters("query").is_empty(), &[400]),
        ] {
            let named = refusals.iter().all(|status| statuses.contains(status));
            assert!(!taken || named, "{name}: {refusals:?}");
        }
        // Nothing is refused that is not asked.
        assert_eq!(has_body, statuses.contains(&415), "{name}");
        assert_eq!(reads("If-Match"), statuses.contains(&412), "{name}");
        assert_eq!(reads("Idempotency-Key"), statuses.contains(&422), "{name}");
    }
}

#[test]
fn both_ways_to_change_a_status_are_described_alike() {
    let of = |method: &str| {
        let mut all = operations().into_iter();
        let found = all.find(|one| one.method == method && one.path.ends_with("/status"));
        let mut value = found.expect("the operation").value;
        for own in ["operationId", "summary", "description"] {
            value[own] = Value::Null;
        }
        value
    };
    assert_eq!(of("PUT"), of("PATCH"));
}

#[test]
fn headers_that_clients_need_are_told() {
    for (name, status, response) in responses() {
        let required = |header: &str| response["headers"][header]["required"] == true;
        assert!(required("X-Request-Id"), "{name} {status}");
        let header = match status.as_str() {
            "401" => "WWW-Authenticate",
            "429" | "503" => "Retry-After",
            _ => continue,
        };
        assert!(required(header), "{name} {status}: {header}");
    }
    let told = |name: &str, status: &str, header: &str| {
        let all = responses();
        let found = all
            .iter()
            .find(|one| (one.0.as_str(), one.1.as_str()) == (name, status));
        found.is_some_and(|(_, _, response)| response["headers"][header].is_object())
    };
    for (name, status, header) in [
        ("POST /api/support/contact", "201", "ETag"),
        ("GET /api/support/contact/ticket/{ticketId}", "200", "ETag"),
        (
            "PUT /api/support/contact/ticket/{ticketId}/assign",
            "200",
            "ETag",
        ),
        ("GET /api/support/faq/{faqId}", "200", "ETag"),
        ("GET /api/support/faq/{faqId}", "304", "ETag"),
        ("GET /api/support/faq", "200", "Link"),
        ("GET /api/support/faq", "200", "X-Total-Count"),
        (
            "GET /api/support/faq/{faqId}/versions",
            "200",
            "X-Next-Cursor",
        ),
    ] {
        assert!(told(name, status, header), "{name} {status} {header}");
    }
}

fn schema(name: &str) -> Value {
    let document = guichet::http::routes::document();
    let document = serde_json::to_value(document).expect("the document is JSON");
    document["components"]["schemas"][name].clone()
}

#[test]
fn null_is_taken_where_it_says_something_or_is_as_good_as_nothing() {
    let kind = |body: &str, field: &str| schema(body)["properties"][field]["type"].clone();
    assert_eq!(kind("AssignBody", "staff_id"), json!(["string", "null"]));
    assert_eq!(schema("AssignBody")["required"], json!(["staff_id"]));
    assert_eq!(kind("CreateTicketBody", "phone"), json!(["string", "null"]));
    assert_eq!(kind("CreateTicketBody", "name"), json!("string"));
    assert_eq!(
        kind("UpdateCategoryBody", "icon"),
        json!(["string", "null"])
    );
}

#[test]
fn a_body_is_required_where_nothing_can_be_done_without_it() {
    for operation in operations() {
        let body = &operation.value["requestBody"];
        let optional = ["read", "close", "archive", "delete"]
            .iter()
            .any(|verb| operation.path == format!("/api/messages/{{id}}/{verb}"));
        if body.is_object() {
            assert_eq!(body["required"] == true, !optional, "{}", operation.path);
        }
    }
}

/// Every schema inside a schema, with its place.
fn inside(place: &str, schema: &Value, found: &mut Vec<(String, Value)>) {
    match schema {
        Value::Object(fields) => {
            found.push((place.to_owned(), schema.clone()));
            for (name, inner) in fields {
                inside(&format!("{place}/{name}"), inner, found);
            }
        }
        Value::Array(all) => {
            for inner in all {
                inside(place, inner, found);
            }
        }
        _ => {}
    }
}

#[test]
fn lists_say_of_what_and_times_and_words_say_that_they_are() {
    let document = guichet::http::routes::document();
    let document = serde_json::to_value(document).expect("the document is JSON");
    let mut all = Vec::new();
    inside("", &document["components"]["schemas"], &mut all);
    for (place, schema) in &all {
        let is_list = schema["type"] == "array" || schema["type"] == json!(["array", "null"]);
        assert!(!is_list || schema["items"].is_object(), "{place}");
    }
    let named = |name: &str| document["components"]["schemas"][name].clone();
    assert_eq!(named("Instant")["format"], "date-time");
    let words: BTreeSet<_> = named("TicketStatus")["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .collect();
    assert_eq!(words.len(), 5);
    let reference = |view: &str, field: &str| named(view)["properties"][field]["$ref"].clone();
    assert_eq!(
        reference("ContactTicket", "msg_date"),
        "#/components/schemas/Instant"
    );
    assert_eq!(
        reference("ContactTicket", "status"),
        "#/components/schemas/TicketStatus"
    );
}
