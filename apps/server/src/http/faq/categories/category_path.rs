//! The category named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::{CategoryId, FaqError};

use crate::http::contract::{Takes, Terms};
use crate::http::problem::Problem;

/// `:categoryId`. What could not be an id names no category.
pub struct CategoryPath(pub CategoryId);

impl FromRequest for CategoryPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = CategoryId::parse(request.match_info().query("categoryId"));
        ready(
            id.map(Self)
                .ok_or_else(|| FaqError::CategoryNotFound.into()),
        )
    }
}

impl Takes for CategoryPath {
    fn tell(terms: &mut Terms) {
        terms.refuse_unless_said(StatusCode::NOT_FOUND, "No such category for this caller");
    }
}
