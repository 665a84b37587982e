//! A request's query, read into [`super::field::Field`]s.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use utoipa::IntoParams;

use super::contract::{Takes, Terms};
use super::field::{Errors, FieldNames, Members};
use super::problem::Problem;
use super::warnings;

/// The query. An empty value is no value: forms send `priority=` for "any". The same value twice is one; two that
/// differ are refused, unless the field is a list.
pub struct Query<T>(pub T);

impl<T: FieldNames> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let members = Members::of_pairs(T::FIELDS, request.query_string().as_bytes());
        warnings::note(request, members.warnings());
        if let Err((name, refusal)) = members.are_named() {
            let mut errors = Errors::default();
            errors.add(name, &refusal);
            return ready(Err(errors.into_problem()));
        }
        ready(Ok(Self(T::of_members(members))))
    }
}

impl<T: IntoParams> Takes for Query<T> {
    fn tell(terms: &mut Terms) {
        terms.query::<T>();
        terms.refuse(StatusCode::BAD_REQUEST, "Refused parameters");
    }
}
