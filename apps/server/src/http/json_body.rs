//! A request's JSON body: bounded in size and time, of the right type, and kept as it came so
//! that repeated requests can be told apart.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use super::contract::{Takes, Terms};
use super::field::{FieldNames, Members};
use super::problem::Problem;
use super::warnings;
use crate::http::state::AppState;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The body, parsed and as it came.
pub struct JsonBody<T> {
    pub value: T,
    pub bytes: Bytes,
}

impl<T: FieldNames + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&request, payload, &JSON).await?;
            let value = object(&request, &bytes)?;
            Ok(Self { value, bytes })
        })
    }
}

/// What a body is to be.
pub struct Kind {
    /// Whether it may be of this content type, written in small letters.
    pub accepts: fn(&str) -> bool,
    /// What is said of another.
    pub refused: fn() -> Problem,
}

const JSON: Kind = Kind {
    accepts: is_json,
    refused: Problem::unsupported_media_type,
};

/// A body that may be left out altogether.
pub struct OptionalJsonBody<T> {
    pub value: T,
    pub bytes: Bytes,
}

impl<T: FieldNames + Default + 'static> FromRequest for OptionalJsonBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&request, payload, &JSON).await?;
            // Front ends that always send a body send `null` when they have nothing to say.
            if matches!(bytes.trim_ascii(), b"" | b"null") {
                return Ok(Self {
                    value: T::default(),
                    bytes,
                });
            }
            let value = object(&request, &bytes)?;
            Ok(Self { value, bytes })
        })
    }
}

impl<T: ToSchema> Takes for JsonBody<T> {
    fn tell(terms: &mut Terms) {
        terms.body::<T>(true);
        tell_of_reading(terms);
    }
}

impl<T: ToSchema> Takes for OptionalJsonBody<T> {
    fn tell(terms: &mut Terms) {
        terms.body::<T>(false);
        tell_of_reading(terms);
    }
}

fn tell_of_reading(terms: &mut Terms) {
    terms.refuse(
        StatusCode::BAD_REQUEST,
        "Not a JSON object, or refused fields",
    );
    web::Payload::tell(terms);
}

fn object<T: FieldNames>(request: &HttpRequest, bytes: &[u8]) -> Result<T, Problem> {
    // Some systems begin every text with it.
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    // A struct would also be read from a list of its fields' values, in an order nobody promised.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(no_object(bytes));
    }
    let members = Members::of_json(T::FIELDS, bytes).map_err(|error| malformed(&error))?;
    warnings::note(request, members.warnings());
    Ok(T::of_members(members))
}

/// What is said of a body that begins as no object: it may be JSON all the same, or nothing.
fn no_object(bytes: &[u8]) -> Problem {
    if bytes.trim_ascii().is_empty() {
        return Problem::no_json_object();
    }
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => Problem::no_json_object(),
        Err(error) => malformed(&error),
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let place = format!(
        "Not valid at line {}, column {}.",
        error.line(),
        error.column()
    );
    Problem::malformed_json(&place)
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind.ends_with("+json")
}

/// Whether a body follows, however long. One that is not there is of no type: some clients name one all the same, and
/// others none.
fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING)
        || length.is_some_and(|length| length.as_bytes().trim_ascii() != b"0")
}

/// Reads a body of one kind.
///
/// # Errors
/// 415, 413, 408, 400 when it ends early, and 503 when the server ends earlier.
pub async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    kind: &Kind,
) -> Result<Bytes, Problem> {
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(Problem::internal)?;
    if !has_body(request) {
        return Ok(Bytes::new());
    }
    let plain = request
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .flat_map(|encodings| encodings.as_bytes().split(|byte| *byte == b','))
        .all(|encoding| encoding.trim_ascii().eq_ignore_ascii_case(b"identity"));
    if !plain {
        return Err(Problem::encoded_body());
    }
    let content_type = request.content_type().to_ascii_lowercase();
    let is_untyped = content_type.is_empty();
    if !is_untyped && !(kind.accepts)(&content_type) {
        return Err((kind.refused)());
    }
    let limit = state.admission.max_body_bytes;
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Problem::too_large());
    }
    let collecting = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::malformed_json("The body ended early."))?;
            if body.len() + chunk.len() > limit {
                return Err(Problem::too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    let in_time = tokio::time::timeout(
        Duration::from_secs(state.admission.body_timeout_seconds),
        collecting,
    );
    let read = tokio::select! {
        biased;
        read = in_time => read.unwrap_or_else(|_| Err(Problem::body_timeout()))?,
        () = state.process.stopping.cancelled() => return Err(Problem::stopping()),
    };
    if is_untyped && !read.trim_ascii().is_empty() {
        return Err((kind.refused)());
    }
    Ok(read)
}
