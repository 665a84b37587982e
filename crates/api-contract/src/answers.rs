//! Answers: the type of a problem, and the headers each answer has.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::ToSchema;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Components, Ref, Schema};
use utoipa::openapi::{OpenApi, PathItem, RefOr, Response};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// What all answers have in common.
pub(crate) struct Answers {
    problem: Ref,
    next_part: String,
}

impl Answers {
    /// Problems are a `P`; a bare list says in the header `next_part` where it goes on.
    pub(crate) fn with<P: ToSchema>(next_part: &str) -> Self {
        Self {
            problem: Ref::from_schema_name(P::name()),
            next_part: next_part.to_owned(),
        }
    }

    /// A refusal.
    pub(crate) fn problem(&self, about: &str) -> Response {
        let mut response = Response::new(about);
        self.add_problem(&mut response);
        response
    }

    /// Lets a response be a problem, beside what it may be already.
    pub(crate) fn add_problem(&self, response: &mut Response) {
        let schema = RefOr::<Schema>::Ref(self.problem.clone());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        if response
            .content
            .get(JSON)
            .is_some_and(|json| self.is_problem(json))
        {
            response.content.shift_remove(JSON);
        }
        response
            .content
            .insert(PROBLEM.to_owned(), RefOr::T(content));
    }

    fn is_problem(&self, content: &RefOr<Content>) -> bool {
        let RefOr::T(content) = content else {
            return false;
        };
        matches!(&content.schema, Some(RefOr::Ref(named)) if named.ref_location == self.problem.ref_location)
    }

    /// Gives every answer its headers, and every problem its type.
    pub(crate) fn complete<P: ToSchema>(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        name_problems::<P>(components);
        let versioned = versioned(components);
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                self.add_next_part(operation);
                for (status, response) in &mut operation.responses.responses {
                    let RefOr::T(response) = response else {
                        continue;
                    };
                    // What a note says of a refusal is why, and seldom more.
                    let refusal = status.starts_with(['4', '5']) && response.content.is_empty();
                    let said = response.content.get(JSON);
                    if refusal || said.is_some_and(|json| self.is_problem(json)) {
                        self.add_problem(response);
                    }
                    add_headers(status, response, &versioned);
                }
            }
        }
    }

    /// A list without an envelope says in headers where its next part is.
    fn add_next_part(&self, operation: &mut Operation) {
        let parameters = operation.parameters.iter().flatten();
        let mut named = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter.name.as_str()),
            RefOr::Ref(_) => None,
        });
        let has_cursor = named.any(|name| name == "cursor");
        let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") else {
            return;
        };
        let is_list = match response.content.get(JSON) {
            Some(RefOr::T(content)) => matches!(content.schema, Some(RefOr::T(Schema::Array(_)))),
            _ => false,
        };
        if has_cursor && is_list {
            let cursor = "Send it as `cursor` to go on; absent at the end.";
            add_header(response, &self.next_part, cursor, false);
            let link = "Where the next part is; absent at the end.";
            add_header(response, "Link", link, false);
        }
    }
}

fn name_problems<P: ToSchema>(components: &mut Components) {
    let mut inner = Vec::new();
    P::schemas(&mut inner);
    components.schemas.extend(inner);
    components
        .schemas
        .insert(P::name().into_owned(), P::schema());
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .flatten()
}

/// A header that the answers of a note may have.
pub(crate) fn tell_header(
    responses: &mut BTreeMap<String, RefOr<Response>>,
    name: &str,
    about: &str,
) {
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            add_header(response, name, about, false);
        }
    }
}

fn add_headers(status: &str, response: &mut Response, versioned: &BTreeSet<String>) {
    let mut add = |name: &str, about: &str| add_header(response, name, about, true);
    add("X-Request-Id", "Quote it when asking for help.");
    match status {
        "401" => add("WWW-Authenticate", "`Bearer`."),
        "429" | "503" => add("Retry-After", "Seconds to wait."),
        "409" => add_header(
            response,
            "Retry-After",
            "Seconds to wait; only while a request with the same Idempotency-Key is running.",
            false,
        ),
        "304" => add("ETag", "The version the reader has."),
        _ => {}
    }
    let shown = response.content.get(JSON);
    if shown.is_some_and(|content| shows_one_of(content, versioned)) {
        let about = "The version shown: send it as `If-Match` to change nothing newer.";
        add_header(response, "ETag", about, true);
    }
}

/// Adds a header that is there `always`, or maybe; what was said of it stays.
fn add_header(response: &mut Response, name: &str, about: &str, always: bool) {
    let header = response.headers.entry(name.to_owned()).or_insert_with(|| {
        let mut header = Header::default();
        header.description = Some(about.to_owned());
        RefOr::T(header)
    });
    if let (RefOr::T(header), true) = (header, always) {
        header.extensions = Some(Extensions::from_iter([("required", true)]));
    }
}

fn shows_one_of(content: &RefOr<Content>, versioned: &BTreeSet<String>) -> bool {
    let RefOr::T(content) = content else {
        return false;
    };
    matches!(&content.schema, Some(RefOr::Ref(named)) if versioned.contains(&named.ref_location))
}

/// What has a `version` is told by an entity tag wherever it is shown alone.
fn versioned(components: &Components) -> BTreeSet<String> {
    let has_version = |(_, schema): &(&String, &RefOr<Schema>)| is_versioned(components, schema, 3);
    let names = components.schemas.iter().filter(has_version);
    names
        .map(|(name, _)| Ref::from_schema_name(name.as_str()).ref_location)
        .collect()
}

/// Looks through at most this many references.
fn is_versioned(components: &Components, schema: &RefOr<Schema>, depth: u8) -> bool {
    match schema {
        RefOr::Ref(named) => {
            let name = named.ref_location.rsplit('/').next().unwrap_or_default();
            let target = components.schemas.get(name).filter(|_| depth > 0);
            target.is_some_and(|target| is_versioned(components, target, depth - 1))
        }
        RefOr::T(Schema::Object(object)) => object.properties.contains_key("version"),
        RefOr::T(Schema::AllOf(all)) => {
            let mut parts = all.items.iter();
            parts.any(|part| is_versioned(components, part, depth))
        }
        RefOr::T(_) => false,
    }
}
