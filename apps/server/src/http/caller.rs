//! Who calls: extractors that carry a right. A handler without one is visibly public.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use identity::TokenRefused;
use shared_kernel::{Actor, Caller, UserId};
use sockets::bearer;

use super::contract::{Takes, Terms};
use super::field::{Errors, Field};
use super::problem::Problem;
use super::state::AppState;

/// Anybody with a valid token.
pub struct AnyUser(pub Actor);

/// Staff and admins.
pub struct StaffOnly(pub Actor);

/// Anybody; but a token that is shown must be valid.
pub struct MaybeUser(pub Caller);

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

async fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    let shown = bearer::in_header(request.headers());
    let Some(token) = shown.map_err(|_| TokenRefused::Invalid).transpose() else {
        return Ok(Caller::Anonymous);
    };
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(Problem::internal)?;
    let session = token
        .and_then(|token| state.admission.tokens.verify(token))
        .map_err(Problem::from)?;
    state.admission.arrivals.welcome(&session.actor).await?;
    Ok(Caller::Known(session.actor))
}

async fn known(request: &HttpRequest) -> Result<Actor, Problem> {
    match caller(request).await? {
        Caller::Known(actor) => Ok(actor),
        Caller::Anonymous => Err(TokenRefused::Missing.into()),
    }
}

impl FromRequest for MaybeUser {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { caller(&request).await.map(Self) })
    }
}

impl FromRequest for AnyUser {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { known(&request).await.map(Self) })
    }
}

impl FromRequest for StaffOnly {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = known(&request).await?;
            if actor.role.is_staff() {
                Ok(Self(actor))
            } else {
                Err(Problem::staff_only())
            }
        })
    }
}

const NO_TOKEN: &str = "No valid token";

impl Takes for MaybeUser {
    fn tell(terms: &mut Terms) {
        terms.token(false);
        terms.refuse_unless_said(
            StatusCode::UNAUTHORIZED,
            "The token that is shown is not valid; without one the answer is as for anybody",
        );
    }
}

impl Takes for AnyUser {
    fn tell(terms: &mut Terms) {
        terms.token(true);
        terms.refuse_unless_said(StatusCode::UNAUTHORIZED, NO_TOKEN);
    }
}

impl Takes for StaffOnly {
    fn tell(terms: &mut Terms) {
        terms.token(true);
        terms.refuse_unless_said(StatusCode::UNAUTHORIZED, NO_TOKEN);
        terms.refuse(StatusCode::FORBIDDEN, "Staff only");
    }
}

/// A field that says who calls must say the truth. It is never how we learn who calls.
///
/// # Errors
/// 403 for somebody else's id.
pub(super) fn must_be_caller(
    errors: &mut Errors,
    name: &'static str,
    field: Field<UserId>,
    actor: &Actor,
) -> Result<(), Problem> {
    match errors.optional(name, field) {
        Some(id) if id != actor.id => Err(Problem::not_the_caller(name)),
        _ => Ok(()),
    }
}
