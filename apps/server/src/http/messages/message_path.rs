//! The message named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use messages_domain::MessagesError;
use shared_kernel::EntryId;

use crate::http::path_parameter::path_parameter;
use crate::http::problem::Problem;

/// `:id`. What could not be an id names no message.
pub struct MessagePath(pub EntryId);

impl FromRequest for MessagePath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parse = |text: &str| EntryId::typed(text).ok().map(Self);
        let absent = || MessagesError::MessageNotFound.into();
        ready(path_parameter(request, "id", parse, absent))
    }
}
