//! Runs a use case in a unit of work.
//!
//! The one place that opens, commits and rolls back for HTTP: so the answer to a request with an
//! `Idempotency-Key` is kept in the transaction of its effect, transactions that collided are
//! tried again, and no handler can forget to commit.

use std::time::Duration;

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse};
use faq_domain::FaqError;
use messages_domain::MessagesError;
use sha2::{Digest as _, Sha256};
use shared_kernel::{Caller, Claim, IdempotencyKey, StoreError};
use support_domain::SupportError;

use super::answer::Answer;
use super::field::{Errors, Refusal};
use super::problem::Problem;
use crate::desk_store::DeskTx;
use crate::http::state::AppState;

/// Times a unit of work is run when transactions collide.
const ATTEMPTS: u32 = 4;
/// How long a request waits for another with its key to finish.
const IN_FLIGHT_WAIT: Duration = Duration::from_millis(1_500);
const IN_FLIGHT_PAUSE: Duration = Duration::from_millis(20);
const MAX_KEY_CHARS: usize = 255;

/// A request that changes something.
pub struct Write<'a> {
    state: &'a AppState,
    key: Option<IdempotencyKey>,
}

impl<'a> Write<'a> {
    /// Prepares a write for a request with this body.
    ///
    /// # Errors
    /// 400 for an `Idempotency-Key` that cannot be one.
    pub fn of(
        state: &'a AppState,
        request: &HttpRequest,
        caller: &Caller,
        body: &[u8],
    ) -> Result<Self, Problem> {
        let key = idempotency_key(request.headers())?.map(|key| {
            // No id is empty, so nobody shares the public's keys.
            let who = caller.actor().map_or("", |actor| actor.id.as_str());
            let scope = format!("{who} {} {}", request.method(), request.path());
            let mut digest = Sha256::new();
            digest.update(request.query_string().as_bytes());
            digest.update([0]);
            digest.update(body);
            IdempotencyKey {
                scope,
                key,
                fingerprint: digest.finalize().to_vec(),
            }
        });
        Ok(Self { state, key })
    }

    /// Runs `work`, answers with what `answer` makes of its outcome.
    ///
    /// # Errors
    /// The use case's, and the store's.
    pub async fn run<T, E: Into<Problem> + Collides>(
        self,
        work: impl AsyncFn(&mut dyn DeskTx) -> Result<T, E>,
        answer: impl Fn(&T) -> Result<Answer, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let waiting_since = tokio::time::Instant::now();
        let mut attempt = 1;
        loop {
            match self.once(attempt, &work, &answer).await {
                Ok(Some(answer)) => return Ok(answer.into()),
                Ok(None) if waiting_since.elapsed() >= IN_FLIGHT_WAIT => {
                    return Err(Problem::idempotency_in_flight());
                }
                Ok(None) => tokio::time::sleep(IN_FLIGHT_PAUSE).await,
                Err(Failure::Collided) if attempt < ATTEMPTS => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 5)).await;
                }
                Err(Failure::Collided) => return Err(StoreError::Collision.into()),
                Err(Failure::Final(problem)) => return Err(problem),
            }
        }
    }

    /// One try, the first one trusting that all is well; a later one finds out what was not. `None`
    /// when another request with the key is still running.
    async fn once<T, E: Into<Problem> + Collides>(
        &self,
        attempt: u32,
        work: &impl AsyncFn(&mut dyn DeskTx) -> Result<T, E>,
        answer: &impl Fn(&T) -> Result<Answer, Problem>,
    ) -> Result<Option<Answer>, Failure> {
        let store = &self.state.desk.store;
        let mut tx = if attempt == 1 {
            store.begin_trusting().await?
        } else {
            store.begin().await?
        };
        let done = self.in_transaction(&mut *tx, work, answer).await;
        match done {
            Ok(Outcome::New(answer)) => {
                tx.commit().await?;
                Ok(Some(answer))
            }
            Ok(Outcome::Replayed(answer)) => {
                tx.rollback().await;
                Ok(Some(answer))
            }
            Ok(Outcome::InFlight) => {
                tx.rollback().await;
                Ok(None)
            }
            Err(failure) => {
                tx.rollback().await;
                Err(failure)
            }
        }
    }

    async fn in_transaction<T, E: Into<Problem> + Collides>(
        &self,
        tx: &mut dyn DeskTx,
        work: &impl AsyncFn(&mut dyn DeskTx) -> Result<T, E>,
        answer: &impl Fn(&T) -> Result<Answer, Problem>,
    ) -> Result<Outcome, Failure> {
        if let Some(key) = &self.key {
            match tx.claim(key).await? {
                Claim::Fresh => {}
                Claim::InFlight => return Ok(Outcome::InFlight),
                Claim::Mismatch => return Err(Failure::Final(Problem::idempotency_mismatch())),
                Claim::Answered(stored) => return Ok(Outcome::Replayed(stored.into())),
            }
        }
        let answer = answer(&work(tx).await.map_err(Failure::of)?)?;
        if let Some(key) = &self.key {
            tx.remember(key, answer.stored()).await?;
        }
        Ok(Outcome::New(answer))
    }
}

enum Outcome {
    New(Answer),
    Replayed(Answer),
    InFlight,
}

enum Failure {
    /// Running the whole again may help.
    Collided,
    Final(Problem),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Collision => Self::Collided,
            other => Self::Final(other.into()),
        }
    }
}

impl Failure {
    fn of<E: Into<Problem> + Collides>(error: E) -> Self {
        if error.is_collision() {
            Self::Collided
        } else {
            Self::Final(error.into())
        }
    }
}

/// Tells whether running the whole again may help.
pub trait Collides {
    /// True when two transactions stood in each other's way.
    fn is_collision(&self) -> bool;
}

impl Collides for SupportError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Store(StoreError::Collision))
    }
}

impl Collides for MessagesError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Store(StoreError::Collision))
    }
}

impl Collides for FaqError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Store(StoreError::Collision))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Final(problem)
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("Idempotency-Key") else {
        return Ok(None);
    };
    let usable = |text: &&str| !text.is_empty() && text.len() <= MAX_KEY_CHARS;
    if let Some(key) = value.to_str().ok().map(str::trim).filter(usable) {
        return Ok(Some(key.to_owned()));
    }
    let mut errors = Errors::default();
    errors.add(
        "Idempotency-Key",
        &Refusal::new("invalid_key", "de 1 à 255 caractères ASCII"),
    );
    Err(errors.into_problem())
}
