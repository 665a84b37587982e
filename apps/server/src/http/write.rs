//! Runs a use case for a request: what [`crate::work`] does, and idempotency.
//!
//! The answer to a request with an `Idempotency-Key` is kept in the transaction of its effect. Before
//! a kept one is given the right to it is asked again: the use case is run for nothing, and its
//! refusal is the answer.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use sha2::{Digest as _, Sha256};
use shared_kernel::{Actor, Caller, Claim, Done, IdempotencyKey, StoreError};

use super::answer::Answer;
use super::field::{Errors, Refusal};
use super::problem::Problem;
use super::repeatable::Repeatable;
use crate::events::Translate;
use crate::http::state::AppState;
use crate::work::{Collides, DeskTx, Ending};

/// How long a request waits for another with its key to finish.
const IN_FLIGHT_WAIT: Duration = Duration::from_millis(1_500);
const IN_FLIGHT_PAUSE: Duration = Duration::from_millis(20);
const MAX_KEY_CHARS: usize = 255;

/// A request that changes something.
pub struct Write<'a> {
    state: &'a AppState,
    key: Option<IdempotencyKey>,
    loses: Loses,
}

/// By what a repetition tells that the right to the kept answer is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loses {
    /// The use case refuses the caller, or does not find for them what it is about.
    ByAbsence,
    /// It refuses them. What it does not find is gone for everybody.
    ByRefusal,
    /// Nobody had to have a right.
    Never,
}

impl<'a> Write<'a> {
    /// Prepares a write for a request with this body.
    ///
    /// # Errors
    /// 400 for an `Idempotency-Key` that cannot be one, 429 for more writes than one caller may make.
    pub fn of(
        state: &'a AppState,
        request: &Repeatable,
        caller: &Caller,
        body: &[u8],
    ) -> Result<Self, Problem> {
        let is_staff = caller.actor().is_some_and(Actor::is_staff);
        state.admission.writes.check(caller)?;
        let key = idempotency_key(request.headers())?.map(|key| {
            // No id is empty, so nobody shares the public's keys.
            let who = caller.actor().map_or("", |actor| actor.id.as_str());
            let scope = format!("{who} {} {}", request.method(), request.path());
            let mut digest = Sha256::new();
            digest.update(request.query_string().as_bytes());
            digest.update([0]);
            if is_staff {
                // What staff are answered is not for the same person as a customer.
                digest.update(b"staff\0");
            }
            digest.update(body);
            IdempotencyKey {
                scope,
                key,
                fingerprint: digest.finalize().to_vec(),
            }
        });
        // Staff find everything there is.
        let loses = if is_staff {
            Loses::ByRefusal
        } else {
            Loses::ByAbsence
        };
        Ok(Self { state, key, loses })
    }

    /// What is done hides what it is done to, so nobody finds it afterwards; the answer shows nothing.
    #[must_use]
    pub fn that_hides(mut self) -> Self {
        self.loses = Loses::ByRefusal;
        self
    }

    /// Anybody may do it.
    #[must_use]
    pub fn open_to_all(mut self) -> Self {
        self.loses = Loses::Never;
        self
    }

    /// Runs a use case, answers with what `answer` makes of its outcome.
    ///
    /// # Errors
    /// The use case's, and the store's.
    pub async fn run<T, V: Translate, E: Into<Problem> + Collides>(
        self,
        use_case: impl AsyncFn(&mut dyn DeskTx) -> Result<Done<T, V>, E>,
        answer: impl Fn(&T) -> Result<Answer, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let waiting_since = tokio::time::Instant::now();
        loop {
            match self.once(&use_case, &answer).await? {
                Some(answer) => return Ok(answer.into()),
                None if waiting_since.elapsed() >= IN_FLIGHT_WAIT => {
                    return Err(Problem::idempotency_in_flight());
                }
                None => tokio::time::sleep(IN_FLIGHT_PAUSE).await,
            }
        }
    }

    /// `None` when another request with the key is still running.
    async fn once<T, V: Translate, E: Into<Problem> + Collides>(
        &self,
        use_case: &impl AsyncFn(&mut dyn DeskTx) -> Result<Done<T, V>, E>,
        answer: &impl Fn(&T) -> Result<Answer, Problem>,
    ) -> Result<Option<Answer>, Failure> {
        let work = &self.state.desk.work;
        work.transact(async |tx| {
            if let Some(ended) = self.claim(tx).await? {
                if ended.is_some() && self.loses != Loses::Never {
                    self.ask_right(use_case(tx).await)?;
                }
                return Ok(Ending::RollBack(ended));
            }
            let done = use_case(tx).await.map_err(Failure::of)?;
            let answer = answer(&work.tell(tx, done)).map_err(Failure::Final)?;
            if let Some(key) = &self.key {
                tx.remember(key, answer.stored()).await?;
            }
            Ok(Ending::Commit(Some(answer)))
        })
        .await
    }

    /// Whether what a use case came to, run once more, leaves the caller the right to the answer they
    /// were given the first time. What else it refuses is for the first time to say.
    fn ask_right<T, V, E: Into<Problem> + Collides>(
        &self,
        again: Result<Done<T, V>, E>,
    ) -> Result<(), Failure> {
        let Some(error) = again.err() else {
            return Ok(());
        };
        match Failure::of(error) {
            Failure::Final(problem) if self.loses_by(&problem) => Err(Failure::Final(problem)),
            Failure::Final(_) => Ok(()),
            Failure::Collided => Err(Failure::Collided),
        }
    }

    fn loses_by(&self, problem: &Problem) -> bool {
        match problem.status {
            _ if problem.stands_for_refusal => true,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => true,
            StatusCode::NOT_FOUND => self.loses == Loses::ByAbsence,
            // Then nobody knows; the kept answer is there in a moment, too.
            status => status.is_server_error(),
        }
    }

    /// What the key says without running anything: the answer it was given before, or that another
    /// request with it is still running.
    async fn claim(&self, tx: &mut dyn DeskTx) -> Result<Option<Option<Answer>>, Failure> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        match tx.claim(key).await? {
            Claim::Fresh => Ok(None),
            Claim::InFlight => Ok(Some(None)),
            Claim::Answered(stored) => Ok(Some(Some(stored.into()))),
            Claim::Mismatch => Err(Failure::Final(Problem::idempotency_mismatch())),
        }
    }
}

enum Failure {
    /// Running the whole again may help.
    Collided,
    Final(Problem),
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

impl Collides for Failure {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Collided)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::of(error)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Collided => StoreError::Collision.into(),
            Failure::Final(problem) => problem,
        }
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut lines = headers.get_all("Idempotency-Key");
    let Some(value) = lines.next() else {
        return Ok(None);
    };
    let is_one = lines.all(|other| other == value);
    let usable = |text: &&str| is_one && !text.is_empty() && text.len() <= MAX_KEY_CHARS;
    if let Some(key) = value.to_str().ok().map(str::trim).filter(usable) {
        return Ok(Some(key.to_owned()));
    }
    let mut errors = Errors::default();
    errors.add(
        "Idempotency-Key",
        &Refusal::new("invalid_key", "une seule clé de 1 à 255 caractères ASCII"),
    );
    Err(errors.into_problem())
}
