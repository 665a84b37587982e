//! `If-Match`: a list of entity tags, weak ones too, since proxies that compress make them so.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use request_text::entity_tags::{EntityTags, as_made};
use shared_kernel::Versions;

use super::problem::Problem;

/// The versions of a ticket the caller expects; `None` when any will do.
pub struct IfMatch(pub Option<Versions>);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let version = |tag: &str| version(as_made(tag));
        ready(Ok(Self(expected(request, version))))
    }
}

/// The versions a request expects, each read from a tag. One that is none of ours matches nothing.
pub(super) fn expected(
    request: &HttpRequest,
    version: impl Fn(&str) -> Option<u64>,
) -> Option<Versions> {
    let lines = request.headers().get_all(header::IF_MATCH);
    let tags = EntityTags::read(lines.map(header::HeaderValue::as_bytes))?;
    let versions = tags.opaque.into_iter().filter_map(version);
    (!tags.any).then(|| Versions::any_of(versions.collect()))
}

/// Tags are compared as they are written: `"01"` is not `"1"`.
pub(super) fn version(written: &str) -> Option<u64> {
    let version: u64 = written.parse().ok()?;
    (version.to_string() == written).then_some(version)
}
