//! `Idempotency-Key`: a request that may be repeated, and takes effect once.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};

use super::contract::{Takes, Terms};

/// A request that changes something. [`super::write::Write`] takes no other, so whoever writes reads the key.
pub struct Repeatable(HttpRequest);

impl Deref for Repeatable {
    type Target = HttpRequest;

    fn deref(&self) -> &HttpRequest {
        &self.0
    }
}

impl FromRequest for Repeatable {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.clone())))
    }
}

impl Takes for Repeatable {
    fn tell(terms: &mut Terms) {
        terms.header(
            "Idempotency-Key",
            "Any text of 1 to 255 characters: repeating the request with it returns the first answer.",
        );
        terms.refuse(
            StatusCode::BAD_REQUEST,
            "An Idempotency-Key that cannot be one",
        );
        terms.refuse(
            StatusCode::CONFLICT,
            "A request with this Idempotency-Key has not finished, or something else changed what this one is about",
        );
        terms.refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The Idempotency-Key was used for another request",
        );
        terms.refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "More writes than one caller may make",
        );
    }
}
