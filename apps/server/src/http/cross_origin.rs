//! Pages of other origins: exactly those that are configured.

use actix_cors::Cors;
use actix_web::http::header::{
    AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LINK, RETRY_AFTER,
    WWW_AUTHENTICATE,
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");
/// How long a browser may remember an answer to its question, in seconds.
const REMEMBER: usize = 3_600;

/// The rules for a list of origins. Tokens travel in a header, so no cookies are let through.
pub fn cross_origin(origins: &[String]) -> Cors {
    let rules = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
        ])
        .expose_headers([
            ETAG,
            LINK,
            RETRY_AFTER,
            REQUEST_ID,
            TOTAL_COUNT,
            NEXT_CURSOR,
            WWW_AUTHENTICATE,
        ])
        .block_on_origin_mismatch(false)
        .max_age(REMEMBER);
    origins
        .iter()
        .fold(rules, |rules, origin| rules.allowed_origin(origin))
}
