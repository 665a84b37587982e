//! Who calls: extractors that carry a right. A handler without one is visibly public.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
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

/// Admins.
pub struct AdminOnly(pub Actor);

/// Anybody. Whoever shows a token that is refused is anybody too: a page that always sends the one it
/// has kept must not lose what is public. The answer says so, see [`refused_token`].
pub struct MaybeUser(pub Caller);

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

fn state_of(request: &HttpRequest) -> Result<&AppState, Problem> {
    let state = request.app_data::<web::Data<AppState>>();
    state.map(web::Data::get_ref).ok_or_else(Problem::internal)
}

/// Whoever the token speaks of.
fn shown(request: &HttpRequest, state: &AppState) -> Result<Actor, TokenRefused> {
    let token = bearer::in_header(request.headers()).map_err(|_| TokenRefused::Unclear)?;
    let session = state
        .admission
        .tokens
        .verify(token.ok_or(TokenRefused::Missing)?)?;
    Ok(session.actor)
}

/// Whoever the token speaks of; inside, why there is nobody.
async fn caller(request: &HttpRequest) -> Result<Result<Actor, TokenRefused>, Problem> {
    let state = state_of(request)?;
    let actor = match shown(request, state) {
        Ok(actor) => actor,
        Err(refused) => return Ok(Err(refused)),
    };
    state.admission.arrivals.welcome(&actor).await?;
    Ok(Ok(actor))
}

async fn known(request: &HttpRequest) -> Result<Actor, Problem> {
    Ok(caller(request).await??)
}

/// Whoever has the role. It is asked for before they are entered: extractors run side by side, and whoever may not call
/// is told so before what is wrong with the rest.
async fn with_role(
    request: &HttpRequest,
    may: fn(&Actor) -> bool,
    refused: fn() -> Problem,
) -> Result<Actor, Problem> {
    let state = state_of(request)?;
    let actor = shown(request, state)?;
    if !may(&actor) {
        return Err(refused());
    }
    state.admission.arrivals.welcome(&actor).await?;
    Ok(actor)
}

async fn anybody(request: &HttpRequest) -> Result<Caller, Problem> {
    match caller(request).await? {
        Ok(actor) => return Ok(Caller::Known(actor)),
        Err(TokenRefused::Missing) => {}
        Err(refused) => {
            request.extensions_mut().insert(refused);
        }
    }
    Ok(Caller::Anonymous)
}

/// Why the token beside a public request was refused, when one was.
pub(super) fn refused_token(request: &HttpRequest) -> Option<TokenRefused> {
    request.extensions().get().copied()
}

/// How an answer that was given all the same tells of it (RFC 9110 §11.6.1, RFC 6750 §3).
pub(super) fn challenge(refused: TokenRefused) -> HeaderValue {
    let text = format!(r#"Bearer error="invalid_token", error_description="{refused}""#);
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"))
}

impl FromRequest for MaybeUser {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { anybody(&request).await.map(Self) })
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
            let actor = with_role(&request, Actor::is_staff, Problem::staff_only).await?;
            Ok(Self(actor))
        })
    }
}

impl FromRequest for AdminOnly {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = with_role(&request, Actor::is_admin, Problem::admins_only).await?;
            Ok(Self(actor))
        })
    }
}

const NO_TOKEN: &str = "No valid token";

impl Takes for MaybeUser {
    fn tell(terms: &mut Terms) {
        terms.token(false);
        terms.answer_header(
            "WWW-Authenticate",
            "There when the token that was shown is refused: the answer is as for anybody.",
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
        AnyUser::tell(terms);
        terms.refuse_unless_said(StatusCode::FORBIDDEN, "Staff only");
    }
}

impl Takes for AdminOnly {
    fn tell(terms: &mut Terms) {
        AnyUser::tell(terms);
        terms.refuse_unless_said(StatusCode::FORBIDDEN, "Admins only");
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
