//! Where somebody who was entered is found.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

/// Adds the place to the answer, also to a repeated one.
pub(super) fn located(mut answer: HttpResponse, collection: &str, id: &str) -> HttpResponse {
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let place = HeaderValue::from_str(&format!("{collection}/{id}"));
    if let (StatusCode::CREATED, Ok(place)) = (answer.status(), place) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}
