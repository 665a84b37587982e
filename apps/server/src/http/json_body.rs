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
            let bytes = read(&request, payload, is_json).await?;
            let value = object(&request, &bytes)?;
            Ok(Self { value, bytes })
        })
    }
}

/// A struct would also be read from a list of its fields' values, in an order nobody promised.
fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
}

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
            let bytes = read(&request, payload, |kind| kind.is_empty() || is_json(kind)).await?;
            // Front ends that always send a body send `null` when they have nothing to say.
            if matches!(bytes.trim_ascii(), b"" | b"null") {
                return Ok(Self {
                    value: T::default(),
                    bytes,
                });
            }
            if !is_json(&request.content_type().to_ascii_lowercase()) {
                return Err(Problem::malformed_json("The body must be a JSON object."));
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
    if !is_object(bytes) {
        return Err(Problem::malformed_json("The body must be a JSON object."));
    }
    let members = Members::of_json(T::FIELDS, bytes).map_err(|error| malformed(&error))?;
    warnings::note(request, members.warnings());
    Ok(T::of_members(members))
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

/// Reads a body whose content type `accepts` takes.
///
/// # Errors
/// 415, 413, 408, 400 when it ends early, and 503 when the server ends earlier.
pub async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    accepts: fn(&str) -> bool,
) -> Result<Bytes, Problem> {
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(Problem::internal)?;
    let plain = request
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .flat_map(|encodings| encodings.as_bytes().split(|byte| *byte == b','))
        .all(|encoding| encoding.trim_ascii().eq_ignore_ascii_case(b"identity"));
    if !plain || !accepts(&request.content_type().to_ascii_lowercase()) {
        return Err(Problem::unsupported_media_type());
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
    tokio::select! {
        biased;
        read = in_time => read.unwrap_or_else(|_| Err(Problem::body_timeout())),
        () = state.process.stopping.cancelled() => Err(Problem::stopping()),
    }
}
