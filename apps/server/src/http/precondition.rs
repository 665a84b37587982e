//! `If-Match`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest};
use support_domain::SupportError;

use super::answer::etag;
use super::contract::{Takes, Terms};
use super::problem::Problem;

/// The version the caller expects; `None` when any will do.
pub struct IfMatch(pub Option<u64>);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            match request
                .headers()
                .get(header::IF_MATCH)
                .map(|value| value.to_str().unwrap_or_default().trim())
            {
                None | Some("*") => Ok(Self(None)),
                // A tag that is not one of ours cannot match.
                Some(tag) => version(tag)
                    .map(|version| Self(Some(version)))
                    .ok_or_else(|| SupportError::VersionMismatch.into()),
            },
        )
    }
}

impl Takes for IfMatch {
    fn tell(terms: &mut Terms) {
        terms.header(
            "If-Match",
            "The ETag of the version the change is meant for; `*` or nothing for any.",
        );
        terms.refuse_unless_said(
            StatusCode::PRECONDITION_FAILED,
            "If-Match names a version that has passed",
        );
    }
}

fn version(tag: &str) -> Option<u64> {
    let version = tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()?;
    // Tags are compared as they are written: `"01"` is not `"1"`.
    (etag(version) == tag).then_some(version)
}
