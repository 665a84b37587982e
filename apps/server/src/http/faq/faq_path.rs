//! The article named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::FaqError;
use shared_kernel::FaqId;

use crate::http::path_parameter::path_parameter;
use crate::http::problem::Problem;

/// `:faqId`. What could not be an id names no article.
pub struct FaqPath(pub FaqId);

impl FromRequest for FaqPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parse = |text: &str| FaqId::typed(text).ok().map(Self);
        let absent = || FaqError::ArticleNotFound.into();
        ready(path_parameter(request, "faqId", parse, absent))
    }
}
