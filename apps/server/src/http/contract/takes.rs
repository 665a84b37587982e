//! Who tells the terms: each argument of a handler, and its answer.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::Terms;
use crate::http::problem::Problem;

/// What an argument of a handler asks of a request, and how it refuses one.
#[diagnostic::on_unimplemented(
    message = "nobody told the OpenAPI document what `{Self}` takes",
    note = "implement `contract::Takes` beside its `FromRequest`"
)]
pub trait Takes {
    /// Adds it.
    fn tell(terms: &mut Terms);
}

/// How a handler's answer may turn out, besides what its note says.
pub trait Answers {
    /// Adds it.
    fn tell(terms: &mut Terms);
}

/// The request itself, and what the server has: nothing is asked of the caller.
impl Takes for HttpRequest {
    fn tell(_: &mut Terms) {}
}

impl<T> Takes for web::Data<T> {
    fn tell(_: &mut Terms) {}
}

/// What stands in a path is told by the path.
impl<T> Takes for web::Path<T> {
    fn tell(_: &mut Terms) {}
}

/// Whoever takes the bytes has them read within the limits of every body.
impl Takes for web::Payload {
    fn tell(terms: &mut Terms) {
        terms.refuse(StatusCode::BAD_REQUEST, "A body that ended early");
        terms.refuse(
            StatusCode::REQUEST_TIMEOUT,
            "The body did not arrive in time",
        );
        terms.refuse(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large");
        terms.refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body is of another type, or encoded",
        );
    }
}

impl Answers for HttpResponse {
    fn tell(_: &mut Terms) {}
}

/// Whoever may fail with a problem asks the database, or somebody who does.
impl<T: Answers> Answers for Result<T, Problem> {
    fn tell(terms: &mut Terms) {
        T::tell(terms);
        terms.refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "The database is away: repeat the request, a write with the same Idempotency-Key",
        );
    }
}

macro_rules! each_of {
    ($($argument:ident)*) => {
        impl<$($argument: Takes),*> Takes for ($($argument,)*) {
            fn tell(terms: &mut Terms) {
                $($argument::tell(terms);)*
                let _ = terms;
            }
        }
    };
}
each_of!();
each_of!(A);
each_of!(A B);
each_of!(A B C);
each_of!(A B C D);
each_of!(A B C D E);
each_of!(A B C D E F);
each_of!(A B C D E F G);
each_of!(A B C D E F G H);
