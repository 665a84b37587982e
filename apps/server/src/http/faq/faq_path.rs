//! The article named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::FaqError;
use shared_kernel::FaqId;

use crate::http::problem::Problem;

/// `:faqId`. What could not be an id names no article.
pub struct FaqPath(pub FaqId);

impl FromRequest for FaqPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = FaqId::typed(request.match_info().query("faqId"));
        ready(id.map(Self).map_err(|_| FaqError::ArticleNotFound.into()))
    }
}
