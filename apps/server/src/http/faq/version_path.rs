//! The version named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::FaqError;

use crate::http::contract::{Takes, Terms};
use crate::http::problem::Problem;

/// `:version`. What is no number names no version.
pub struct VersionPath(pub u64);

impl FromRequest for VersionPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let number = request.match_info().query("version").parse();
        ready(
            number
                .map(Self)
                .map_err(|_| FaqError::VersionNotFound.into()),
        )
    }
}

impl Takes for VersionPath {
    fn tell(terms: &mut Terms) {
        terms.refuse_unless_said(StatusCode::NOT_FOUND, "No such version");
    }
}
