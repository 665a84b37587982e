//! The first thing every request passes and the last thing every answer does: one form of paths, request id, log line,
//! figures, warnings, headers of pages, and the body of problems.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use request_text::paths;
use views::instant;

use super::caller::{challenge, refused_token};
use super::cross_origin::refused_question;
use super::page_headers;
use super::problem::{Problem, ProblemBody};
use super::request_id::{REQUEST_ID, RequestId};
use super::request_metrics::Outcome;
use super::state::AppState;
use super::warnings;

/// The middleware function.
///
/// # Errors
/// None of its own.
pub async fn finish(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId::of(&request);
    let started = std::time::Instant::now();
    drop_trailing_slash(&mut request);
    // What handlers and extractors refuse is a response by now; there is no other middleware.
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = warnings::told(with_problem_body(response, &id));
    let refused = refused_token(response.request());
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id.header());
    if let Some(refused) = refused
        && !headers.contains_key(header::WWW_AUTHENTICATE)
    {
        headers.insert(header::WWW_AUTHENTICATE, challenge(refused));
        // Nobody else is to be told.
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
    page_headers::add(headers);
    record(&response, &id, started.elapsed());
    Ok(response)
}

/// A path with a slash behind it is the path: one route, one idempotency scope, one label in metrics and log.
fn drop_trailing_slash(request: &mut ServiceRequest) {
    let uri = request.uri();
    let Some(path) = paths::without_trailing_slash(uri.path()) else {
        return;
    };
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = path.try_into().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

fn with_problem_body(
    response: ServiceResponse<BoxBody>,
    id: &RequestId,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let kept = response.response().extensions().get::<Problem>().cloned();
    let kept = kept.or_else(|| refused_question(&response));
    // The rating page, the readiness report and refused handshakes say themselves what is wrong;
    // the framework's own refusals are plain text.
    let says_it_itself = response
        .headers()
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .is_some_and(|kind| kind.starts_with(b"text/html") || kind.starts_with(b"application/"));
    if kept.is_none() && says_it_itself {
        return response;
    }
    let problem = kept.unwrap_or_else(|| Problem::of_status(status));
    let body = problem_body(&problem, &response, id);
    let (request, response) = response.into_parts();
    let mut rendered = HttpResponse::build(problem.status);
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            rendered.append_header((name.clone(), value.clone()));
        }
    }
    let rendered = rendered.content_type("application/problem+json").body(body);
    ServiceResponse::new(request, rendered)
}

fn problem_body(problem: &Problem, response: &ServiceResponse<BoxBody>, id: &RequestId) -> Vec<u8> {
    let now = response
        .request()
        .app_data::<web::Data<AppState>>()
        .map(|state| state.process.clock.now());
    let body = ProblemBody {
        kind: format!("urn:guichet:problem:{}", problem.code),
        title: problem.status.canonical_reason().unwrap_or("Error"),
        status: problem.status.as_u16(),
        detail: &problem.detail,
        status_code: problem.status.as_u16(),
        message: &problem.message,
        code: problem.code,
        timestamp: now.map(instant).unwrap_or_default(),
        path: response.request().path(),
        request_id: id.as_str(),
        errors: &problem.errors,
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

/// One line and two figures a request. Neither holds the query, a body, an address or a name.
fn record(response: &ServiceResponse<BoxBody>, id: &RequestId, took: std::time::Duration) {
    let outcome = Outcome::of(response);
    outcome.record(took);
    let (status, route) = (outcome.status, outcome.route.as_str());
    let method = outcome.method;
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status >= 500 {
        tracing::warn!(request_id = %id, %method, %route, status, ms, "request failed");
    } else {
        tracing::info!(request_id = %id, %method, %route, status, ms, "request");
    }
}
