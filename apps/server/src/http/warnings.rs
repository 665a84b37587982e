//! What a caller should know of a request that was answered all the same: members nobody reads, a
//! token that was refused beside a public form.
//!
//! Extractors and handlers note them, `finish` writes them into the answer: as `warnings` of a JSON object, and by name in
//! `x-warnings`, which answers that are lists have too.

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest};
use serde::Serialize;
use utoipa::ToSchema;

/// Where the names stand.
pub(super) const WARNINGS: HeaderName = HeaderName::from_static("x-warnings");

/// Something the caller should know of a request that was answered all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Stable, e.g. `unknown_field`, `token_expired`.
    pub code: &'static str,
    /// The member of the request it is about, as it was spelled, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// For people, in French.
    pub message: String,
}

impl Warning {
    /// A member nobody reads, and the one that may be meant.
    pub(super) fn unread(within: &str, name: &str, meant: Option<&str>) -> Self {
        let field = format!("{within}{name}");
        let question = meant.map_or(String::new(), |meant| {
            format!(" ; vouliez-vous dire « {within}{meant} » ?")
        });
        Self {
            code: "unknown_field",
            message: format!("« {field} » n'est pas lu{question}"),
            field: Some(field),
        }
    }
}

/// How the document describes an answer that may have warnings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warned<T> {
    #[serde(flatten)]
    pub body: T,
    /// Absent when there is nothing.
    pub warnings: Option<Vec<Warning>>,
}

/// Keeps warnings until the answer leaves.
pub(super) fn note(request: &HttpRequest, mut warnings: Vec<Warning>) {
    if warnings.is_empty() {
        return;
    }
    let mut extensions = request.extensions_mut();
    if let Some(noted) = extensions.get_mut::<Vec<Warning>>() {
        noted.append(&mut warnings);
    } else {
        extensions.insert(warnings);
    }
}

/// Writes what was noted into the answer.
pub(super) fn told(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let noted = response.request().extensions_mut().remove::<Vec<Warning>>();
    let Some(warnings) = noted else {
        return response;
    };
    let mut response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => BoxBody::new(with_member(bytes, &warnings)),
        Err(body) => body,
    });
    let names = names(&warnings);
    let is_empty = names.is_empty();
    if let (false, Ok(names)) = (is_empty, HeaderValue::try_from(names)) {
        response.headers_mut().insert(WARNINGS, names);
    }
    response
}

/// Puts the member first, so that nothing has to be parsed. Anything but an object stays as it is.
fn with_member(body: Bytes, warnings: &[Warning]) -> Bytes {
    let (Some(rest), Ok(told)) = (body.strip_prefix(b"{\""), serde_json::to_vec(warnings)) else {
        return body;
    };
    [b"{\"warnings\":", &*told, b",\"", rest].concat().into()
}

/// Names separated by commas; a stranger's odd letters are left out of the header.
fn names(warnings: &[Warning]) -> String {
    let plain = |name: &str| -> String {
        let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        name.chars().filter(kept).collect()
    };
    let fields = warnings
        .iter()
        .filter_map(|warning| warning.field.as_deref());
    let names = fields.map(plain).filter(|name| !name.is_empty());
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_told_the_warnings_and_anything_else_stays() {
        let warnings = [Warning::unread("", "prioritty", Some("priority"))];
        let told = with_member(Bytes::from_static(b"{\"a\":1}"), &warnings);
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(told["a"], 1);
        assert_eq!(told["warnings"][0]["field"], "prioritty");
        for other in ["[1]", "{}", "", "<html>"] {
            assert_eq!(with_member(Bytes::from(other), &warnings), other);
        }
    }

    #[test]
    fn a_header_holds_plain_names_only() {
        let odd = [
            Warning::unread("", "prio\r\nX: y", Some("priority")),
            Warning::unread("a.", "b", None),
            Warning::unread("", "日", None),
        ];
        assert_eq!(names(&odd), "prioXy, a.b");
    }
}
