//! The last thing every answer passes: request id, log line, figures, and the body of problems.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use views::instant;

use super::caller::{challenge, refused_token};
use super::problem::{Problem, ProblemBody};
use super::request_id::{REQUEST_ID, RequestId};
use super::request_metrics::Outcome;
use super::state::AppState;

/// The middleware function.
///
/// # Errors
/// None of its own.
pub async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId::of(&request);
    let started = std::time::Instant::now();
    // What handlers and extractors refuse is a response by now; there is no other middleware.
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = with_problem_body(response, &id);
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
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    record(&response, &id, started.elapsed());
    Ok(response)
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
