//! The category named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::{CategoryId, FaqError};

use crate::http::path_parameter::path_parameter;
use crate::http::problem::Problem;

/// `:categoryId`. What could not be an id names no category.
pub struct CategoryPath(pub CategoryId);

impl FromRequest for CategoryPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parse = |text: &str| CategoryId::parse(text).map(Self);
        let absent = || FaqError::CategoryNotFound.into();
        ready(path_parameter(request, "categoryId", parse, absent))
    }
}
