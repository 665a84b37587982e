//! A request's query, read into [`super::field::Field`]s.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::contract::{Takes, Terms};
use super::field::{Errors, FieldNames, Refusal};
use super::problem::Problem;

/// The query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + FieldNames> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

impl<T: IntoParams> Takes for Query<T> {
    fn tell(terms: &mut Terms) {
        terms.query::<T>();
        terms.refuse(StatusCode::BAD_REQUEST, "Refused parameters");
    }
}

/// An empty value is no value: forms send `priority=` for "any".
fn parse<T: DeserializeOwned + FieldNames>(query: &str) -> Result<T, Problem> {
    let mut fields = Map::new();
    let mut errors = Errors::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if value.is_empty() || !T::NAMES.contains(&name.as_ref()) {
            continue;
        }
        if fields
            .insert(name.to_string(), Value::String(value.into_owned()))
            .is_some()
        {
            errors.add(&name, &Refusal::new("repeated", "donné plusieurs fois"));
        }
    }
    errors.finish()?;
    serde_json::from_value(Value::Object(fields)).map_err(|_| Problem::internal())
}
