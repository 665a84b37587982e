//! The one mapping from what went wrong to what the caller is told (RFC 9457).
//!
//! A [`Problem`] knows its status, its stable code and its French message. Time, path and request
//! id are added where the answer leaves (`http::finish`). Anything unforeseen is a 500 and
//! says nothing of itself. To add a problem: a function in
//! `catalogue`, or an arm in `mapping`. Refused handshakes are mapped here too and keep a body of
//! their own (`handshake`).

mod bodies;
mod catalogue;
mod handshake;
mod mapping;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;
use views::Instant;

pub use self::handshake::answer_refused;

/// One refused field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, with its path inside the request, e.g. `vehicle_info.year`.
    pub field: String,
    /// Stable, e.g. `too_short`.
    pub code: &'static str,
    /// For people, in French.
    pub message: String,
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    /// For people, in French, in the words of the specification.
    pub message: String,
    /// For developers, in English.
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub retry_after_seconds: Option<u64>,
    /// It says that nothing is there, to one who may not know that it is.
    pub(super) stands_for_refusal: bool,
}

impl Problem {
    /// A problem with its stable code and its two explanations.
    pub fn new(status: StatusCode, code: &'static str, message: &str, detail: &str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
            detail: detail.to_owned(),
            errors: Vec::new(),
            retry_after_seconds: None,
            stands_for_refusal: false,
        }
    }

    pub(super) fn for_refusal(mut self) -> Self {
        self.stands_for_refusal = true;
        self
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Leaves the body to `http::finish`, which knows the request.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// The body of an error answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody<'a> {
    /// Identifies the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// For developers, in English.
    pub detail: &'a str,
    /// The HTTP status again, for earlier clients.
    pub status_code: u16,
    /// For people, in French.
    pub message: &'a str,
    /// Stable.
    pub code: &'a str,
    /// When, in UTC.
    #[schema(required, nullable = false)]
    pub timestamp: Option<Instant>,
    /// The route, without its query.
    pub path: &'a str,
    /// Quote it when asking for help.
    pub request_id: &'a str,
    /// Every refused field.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [FieldError],
}
