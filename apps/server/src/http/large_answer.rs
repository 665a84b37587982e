//! Answers that may be large: only so many are prepared at a time, shared fairly among networks.
//!
//! A handler that lists or finds takes one as an argument. It is over when the answer is prepared, before
//! it is sent, so nobody can hold it by not reading.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::large_turns::LargeTurns;
use super::problem::Problem;
use super::state::AppState;
use super::turns::{Turn, Turns};

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Texts from which on an answer is written beside the thread that serves, which meanwhile serves others.
const LONG: usize = 64 * 1024;

/// An answer with this view, made and written elsewhere when its texts are this long.
pub async fn json<V: Serialize>(
    texts: usize,
    view: impl FnOnce() -> V + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let write = move || serde_json::to_vec(&view());
    let written = if texts < LONG {
        write()
    } else {
        web::block(write).await.map_err(|_| Problem::internal())?
    };
    let body = written.map_err(|_| Problem::internal())?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body))
}

async fn turn(
    request: HttpRequest,
    of: fn(&LargeTurns) -> &Arc<Turns>,
) -> Result<Option<Turn>, Problem> {
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(Problem::internal)?;
    let large = &state.admission.large_turns;
    if !large.are_needed() {
        return Ok(None);
    }
    let taking = of(large).take(large.asker(&request));
    match tokio::time::timeout(PATIENCE, taking).await {
        Ok(Some(turn)) => Ok(Some(turn)),
        Ok(None) | Err(_) => Err(Problem::busy()),
    }
}

/// The turn of an answer of many rows.
pub struct LargeAnswer(#[expect(dead_code, reason = "held until it is dropped")] Option<Turn>);

/// The turn of a search.
pub struct LargeSearch(#[expect(dead_code, reason = "held until it is dropped")] Option<Turn>);

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for LargeAnswer {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { turn(request, |all| &all.lists).await.map(Self) })
    }
}

impl FromRequest for LargeSearch {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { turn(request, |all| &all.searches).await.map(Self) })
    }
}
