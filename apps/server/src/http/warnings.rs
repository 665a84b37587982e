//! What a caller should know of a request that was answered all the same: members nobody reads that look misspelt.
//!
//! Extractors note them, `finish` writes them into the answer: as `warnings` of a JSON object, and by name in
//! `x-warnings`, which answers that are lists have too.

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest};
use serde::Serialize;

/// Where the names stand.
pub(super) const WARNINGS: HeaderName = HeaderName::from_static("x-warnings");

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Warning {
    /// The member, as it was spelled.
    pub(super) field: String,
    /// Stable.
    pub(super) code: &'static str,
    /// For people, in French.
    pub(super) message: String,
}

impl Warning {
    /// A member nobody reads, and the one that may be meant.
    pub(super) fn unread(within: &str, name: &str, meant: &str) -> Self {
        Self {
            field: format!("{within}{name}"),
            code: "unknown_field",
            message: format!("« {within}{name} » n'est pas lu ; vouliez-vous dire « {within}{meant} » ?"),
        }
    }
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
    if let Ok(names) = HeaderValue::try_from(names(&warnings)) {
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
    let names: Vec<_> = warnings.iter().map(|warning| plain(&warning.field)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_told_the_warnings_and_anything_else_stays() {
        let warnings = [Warning::unread("", "prioritty", "priority")];
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
        let odd = [Warning::unread("", "prio\r\nX: y", "priority"), Warning::unread("a.", "b", "c")];
        assert_eq!(names(&odd), "prioXy, a.b");
    }
}
