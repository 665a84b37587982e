//! Answers that may be large: only so many are prepared at a time, shared fairly among networks.
//!
//! A handler that lists or finds takes one as an argument. It is over when the answer is prepared, before
//! it is sent, so nobody can hold it by not reading.

use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use settings::Config;

use super::client_address::{TrustedCallers, limited_network};
use super::problem::Problem;
use super::state::AppState;
use super::turns::{Asker, Turn, Turns};

/// How many lists, or other answers of many rows, are prepared at a time. They are quick, and hold some
/// megabytes each at the worst.
const LISTS_AT_ONCE: usize = 2;
/// How many searches run at a time: some take the database a while, which shall not hold up lists.
const SEARCHES_AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The turns of all.
pub struct LargeAnswers {
    lists: Arc<Turns>,
    searches: Arc<Turns>,
    trusted: TrustedCallers,
    callers: RandomState,
    enabled: bool,
}

impl LargeAnswers {
    /// Lifts itself when limits are off.
    pub fn new(config: &Config) -> Self {
        Self {
            lists: Turns::new(LISTS_AT_ONCE),
            searches: Turns::new(SEARCHES_AT_ONCE),
            trusted: TrustedCallers::of(config),
            callers: RandomState::new(),
            enabled: config.limits.enabled,
        }
    }

    /// Callers are told apart by their tokens. Whether those are good is seen elsewhere: a bad one gets
    /// no answer, and within a network only its own callers have less for it.
    fn asker(&self, request: &HttpRequest) -> Asker {
        let shown = request.headers().get(header::AUTHORIZATION);
        Asker {
            network: self.trusted.address_of(request).map(limited_network),
            caller: self
                .callers
                .hash_one(shown.map(header::HeaderValue::as_bytes)),
        }
    }
}

async fn turn(
    request: HttpRequest,
    of: fn(&LargeAnswers) -> &Arc<Turns>,
) -> Result<Option<Turn>, Problem> {
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(Problem::internal)?;
    let large = &state.admission.large_answers;
    if !large.enabled {
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
