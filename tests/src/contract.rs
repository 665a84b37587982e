//! The OpenAPI document, held against what the server really answers.
//!
//! [`Api`](crate::Api) passes every answer through [`check`], so each end-to-end test proves the document too: the
//! status is one the operation names, the type and the headers are those it says, and the body is what its schema
//! describes: nothing is missing, nothing is null that may not be, and nothing is there that it does not know.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use guichet::http::routes;
use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::Answer;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(routes::document()).expect("the document is JSON"));
/// Everything the document has a name for, with nothing left open.
static CLOSED: LazyLock<Value> = LazyLock::new(|| closed_components(&DOCUMENT));
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: Method,
    /// With its placeholders.
    pub path: String,
    pub value: Value,
}

impl Operation {
    /// The statuses it names by number.
    pub fn statuses(&self) -> Vec<u16> {
        let responses = self.value["responses"].as_object();
        let names = responses.into_iter().flat_map(Map::keys);
        names.filter_map(|status| status.parse().ok()).collect()
    }

    /// What an answer has that the document does not know, or lacks; `without_body` is that of `HEAD`.
    pub fn faults(&self, answer: &Answer, without_body: bool) -> Vec<String> {
        faults(&self.value, answer, without_body)
    }

    /// The names of its parameters in a query, a path or the headers.
    pub fn parameters(&self, place: &str) -> Vec<String> {
        let all = self.value["parameters"].as_array();
        let placed = all.into_iter().flatten().filter(|one| one["in"] == place);
        let names = placed.map(|one| one["name"].as_str().unwrap_or_default());
        names.map(str::to_owned).collect()
    }
}

/// Every operation.
pub fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object();
    let mut all = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        for (method, value) in item.as_object().into_iter().flatten() {
            all.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                value: value.clone(),
            });
        }
    }
    all
}

/// The operation that answers here; none for what is no route.
pub fn operation(method: &Method, path: &str) -> Option<Operation> {
    static ALL: LazyLock<Vec<Operation>> = LazyLock::new(operations);
    let asked = path.split(['?', '#']).next().unwrap_or_default();
    // One slash behind a path is no part of it; more are.
    let asked = asked.strip_suffix('/').unwrap_or(asked);
    let asked: Vec<&str> = asked.split('/').collect();
    // What answers GET answers HEAD too.
    let get = Method::GET;
    let method = if *method == Method::HEAD {
        &get
    } else {
        method
    };
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        let same = |(part, asked): (&&str, &&str)| {
            part == asked || (part.starts_with('{') && !asked.is_empty())
        };
        parts.len() == asked.len() && parts.iter().zip(&asked).all(same)
    };
    let placeholders = |operation: &&Operation| operation.path.matches('{').count();
    let fitting = ALL.iter().filter(|one| fits(&one.path));
    // A fixed path is tried before one with placeholders, whatever its methods.
    let most_fixed = fitting.clone().map(|one| placeholders(&one)).min()?;
    let mut fitting = fitting.filter(|one| placeholders(one) == most_fixed);
    fitting.find(|one| one.method == *method).cloned()
}

/// Holds an answer against the document.
///
/// # Panics
/// When the document does not know such an answer.
#[track_caller]
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else {
        return;
    };
    let wrong = operation.faults(answer, *method == Method::HEAD);
    assert!(
        wrong.is_empty(),
        "the OpenAPI document is wrong about {method} {path}, answered {}: {}\n{}",
        answer.status,
        wrong.join("; "),
        answer.text
    );
}

fn faults(operation: &Value, answer: &Answer, without_body: bool) -> Vec<String> {
    let response = &operation["responses"][answer.status.to_string()];
    if response.is_null() {
        return vec!["no such status is documented".to_owned()];
    }
    let mut wrong = missing_headers(response, answer);
    let content = response["content"].as_object();
    let kind = answer.header("content-type").split(';').next();
    let kind = kind.unwrap_or_default().trim();
    match content.map(|content| content.get(kind)) {
        _ if without_body => {}
        None if answer.text.is_empty() => {}
        None => wrong.push("a body that is not documented".to_owned()),
        Some(None) => wrong.push(format!("the type {kind:?} is not documented")),
        Some(Some(content)) if kind.ends_with("json") => {
            let mut body = answer.body.clone();
            // Any object may tell of the request what the caller should know.
            let warnings = body.as_object_mut().and_then(|it| it.remove("warnings"));
            if let Some(warnings) = warnings {
                let warning = json!({ "$ref": "#/components/schemas/Warning" });
                let list = json!({ "type": "array", "items": warning });
                wrong.extend(body_faults(&list, &warnings));
            }
            wrong.extend(body_faults(&content["schema"], &body));
        }
        Some(Some(_)) => {}
    }
    wrong
}

fn missing_headers(response: &Value, answer: &Answer) -> Vec<String> {
    let headers = response["headers"].as_object();
    let headers = headers.into_iter().flatten();
    let missing = headers.filter(|(name, header)| {
        header["required"] == true && !answer.headers.contains_key(name.as_str())
    });
    missing
        .map(|(name, _)| format!("the header {name} is missing"))
        .collect()
}

fn body_faults(schema: &Value, body: &Value) -> Vec<String> {
    if schema.is_null() {
        return Vec::new();
    }
    let validator = validator(schema);
    let errors = validator.iter_errors(body);
    errors
        .map(|error| format!("{} at {:?}", error, error.instance_path().to_string()))
        .collect()
}

fn validator(schema: &Value) -> Arc<Validator> {
    let mut kept = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = || {
        let whole = json!({ "allOf": [closed(schema, &DOCUMENT)], "components": *CLOSED });
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true);
        Arc::new(options.build(&whole).expect("a schema of the document"))
    };
    Arc::clone(kept.entry(schema.to_string()).or_insert_with(made))
}

fn closed_components(document: &Value) -> Value {
    let schemas = document["components"]["schemas"].as_object();
    let schemas: BTreeMap<&String, Value> = schemas
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name, closed(schema, document)))
        .collect();
    json!({ "schemas": schemas })
}

/// The same, with no member allowed that it does not name. What is made of several parts is closed as a whole.
fn closed(schema: &Value, document: &Value) -> Value {
    let mut schema = schema.clone();
    let Some(fields) = schema.as_object_mut() else {
        return schema;
    };
    if let Some(parts) = fields.get("allOf").and_then(Value::as_array) {
        let parts: Vec<Value> = parts.iter().map(|part| open(part, document)).collect();
        fields.insert("allOf".to_owned(), parts.into());
        fields.insert("unevaluatedProperties".to_owned(), false.into());
    }
    if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
        fields.insert("additionalProperties".to_owned(), false.into());
    }
    for (name, inner) in fields.iter_mut() {
        match inner {
            Value::Object(all) if name == "properties" => {
                for property in all.values_mut() {
                    *property = closed(property, document);
                }
            }
            Value::Object(_) if name == "items" || name == "additionalProperties" => {
                *inner = closed(inner, document);
            }
            Value::Array(all) if name == "oneOf" || name == "anyOf" => {
                for one in all {
                    *one = closed(one, document);
                }
            }
            _ => {}
        }
    }
    schema
}

/// A part of a whole: written out, and open for the other parts.
fn open(part: &Value, document: &Value) -> Value {
    let target = part["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    let part = target
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(part);
    let mut part = closed(part, document);
    if let Some(fields) = part.as_object_mut()
        && fields.get("additionalProperties") == Some(&Value::Bool(false))
    {
        fields.remove("additionalProperties");
    }
    part
}
