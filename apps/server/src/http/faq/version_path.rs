//! The version named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::FaqError;

use crate::http::path_parameter::path_parameter;
use crate::http::problem::Problem;

/// `:version`. What is no number names no version.
pub struct VersionPath(pub u64);

impl FromRequest for VersionPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parse = |text: &str| text.parse().ok().map(Self);
        let absent = || FaqError::VersionNotFound.into();
        ready(path_parameter(request, "version", parse, absent))
    }
}
