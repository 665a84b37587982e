//! The ticket named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use shared_kernel::TicketId;

use crate::http::path_parameter::path_parameter;
use crate::http::problem::Problem;

/// `:ticketId`. What could not be an id names no ticket.
pub struct TicketPath(pub TicketId);

impl FromRequest for TicketPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parse = |text: &str| TicketId::typed(text).ok().map(Self);
        ready(path_parameter(
            request,
            "ticketId",
            parse,
            Problem::ticket_not_found,
        ))
    }
}
