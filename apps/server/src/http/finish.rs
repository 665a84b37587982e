//! The last thing every answer passes: request id, log line, figures, and the body of problems.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, web};
use chrono::SecondsFormat;

use super::problem::{Problem, ProblemBody};
use crate::state::AppState;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in logs and answers.
#[derive(Clone)]
struct RequestId(String);

/// Takes a sane id the caller sent, so that one id follows a request through several systems.
fn request_id(request: &ServiceRequest) -> RequestId {
    let sent = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let sane = |id: &&str| {
        (8..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    #[expect(clippy::disallowed_methods, reason = "only names a log line")]
    let fresh = || uuid::Uuid::now_v7().simple().to_string();
    RequestId(sent.filter(sane).map_or_else(fresh, str::to_owned))
}

/// The middleware function.
///
/// # Errors
/// None of its own.
pub async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = request_id(&request);
    let started = std::time::Instant::now();
    request.extensions_mut().insert(id.clone());
    // What handlers and extractors refuse is a response by now; there is no other middleware.
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = with_problem_body(response, &id);
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(
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
        .map(|state| state.clock.now());
    let body = ProblemBody {
        kind: format!("urn:guichet:problem:{}", problem.code),
        title: problem.status.canonical_reason().unwrap_or("Error"),
        status: problem.status.as_u16(),
        detail: &problem.detail,
        status_code: problem.status.as_u16(),
        message: &problem.message,
        code: problem.code,
        timestamp: now
            .map(|now| now.to_rfc3339_opts(SecondsFormat::Millis, true))
            .unwrap_or_default(),
        path: response.request().path(),
        request_id: &id.0,
        errors: &problem.errors,
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

/// One line and two figures a request. Neither holds the query, a body, an address or a name.
fn record(response: &ServiceResponse<BoxBody>, id: &RequestId, took: std::time::Duration) {
    let status = response.status().as_u16();
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let method = method_label(response.request().method());
    let labels = [
        ("method", method.to_owned()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    metrics::counter!("guichet_http_requests_total", &labels).increment(1);
    metrics::histogram!("guichet_http_request_seconds", "method" => method, "route" => route.clone())
        .record(took.as_secs_f64());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status >= 500 {
        tracing::warn!(request_id = %id.0, %method, %route, status, ms, "request failed");
    } else {
        tracing::info!(request_id = %id.0, %method, %route, status, ms, "request");
    }
}

/// HTTP lets callers make up methods; each would be a figure of its own, kept until the process ends.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_somebody_made_up_makes_no_figure_of_its_own() {
        let made_up = Method::from_bytes(b"X1234").unwrap();
        assert_eq!(method_label(&made_up), "other");
        assert_eq!(method_label(&Method::GET), "GET");
        assert_eq!(method_label(&Method::PATCH), "PATCH");
    }
}
