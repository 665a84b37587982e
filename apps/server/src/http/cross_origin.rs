//! Pages of other origins: exactly those that are configured.

use actix_cors::{Cors, CorsError};
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH,
    IF_NONE_MATCH, LINK, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE,
};

use super::problem::Problem;
use super::warnings::WARNINGS;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");
/// How long a browser may remember an answer to its question, in seconds.
const REMEMBER: usize = 3_600;
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const HEADERS: [HeaderName; 6] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    IF_MATCH,
    IF_NONE_MATCH,
    IDEMPOTENCY_KEY,
    REQUEST_ID,
];

/// The rules for a list of origins. Tokens travel in a header, so no cookies are let through.
pub fn cross_origin(origins: &[String]) -> Cors {
    let rules = Cors::default()
        .allowed_methods(METHODS)
        .allowed_headers(HEADERS)
        .expose_headers([
            ETAG,
            LINK,
            RETRY_AFTER,
            REQUEST_ID,
            TOTAL_COUNT,
            NEXT_CURSOR,
            WARNINGS,
            WWW_AUTHENTICATE,
        ])
        .block_on_origin_mismatch(false)
        .max_age(REMEMBER);
    origins
        .iter()
        .fold(rules, |rules, origin| rules.allowed_origin(origin))
}

/// Why a browser's question beforehand was refused; none when this is no answer to such a question.
pub(super) fn refused_question<B>(response: &ServiceResponse<B>) -> Option<Problem> {
    let (request, headers) = (response.request(), response.request().headers());
    let is_question = *request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let error = response.response().error();
    let refused = error.and_then(|error| error.as_error::<CorsError>());
    is_question.then(|| match refused {
        Some(CorsError::MethodNotAllowed | CorsError::BadRequestMethod) => {
            let detail = format!("Pages of other origins may use {}.", METHODS.join(", "));
            Problem::question_refused("Méthode non autorisée depuis une autre origine", &detail)
        }
        Some(CorsError::HeadersNotAllowed | CorsError::BadRequestHeaders) => {
            let names = HEADERS.map(|name| name.to_string()).join(", ");
            let detail = format!("Pages of other origins may send the headers {names}.");
            Problem::question_refused("En-tête non autorisé depuis une autre origine", &detail)
        }
        // Without a list nobody answers such questions, and the route refuses the method.
        _ => Problem::origin_not_allowed(),
    })
}
