//! How many large answers are prepared at a time, and who asks for one.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header;
use settings::Config;
use shared_kernel::limited_network;

use super::client_address::TrustedCallers;
use super::turns::{Asker, Turns};

/// The turns of all.
pub struct LargeTurns {
    pub(super) lists: Arc<Turns>,
    pub(super) searches: Arc<Turns>,
    trusted: TrustedCallers,
    callers: RandomState,
    enabled: bool,
}

impl LargeTurns {
    /// Of lists, or other answers of many rows, each thread that serves prepares one at a time: they are quick,
    /// and hold some megabytes at the worst. Searches keep the database busy and not the thread, so one more
    /// may run. Lifts itself when limits are off.
    pub fn new(config: &Config, serving_threads: usize) -> Self {
        Self {
            lists: Turns::new(serving_threads),
            searches: Turns::new(serving_threads + 1),
            trusted: TrustedCallers::of(config),
            callers: RandomState::new(),
            enabled: config.limits.enabled,
        }
    }

    /// Whether there are limits.
    pub(super) fn are_needed(&self) -> bool {
        self.enabled
    }

    /// Callers are told apart by their tokens. Whether those are good is seen elsewhere: a bad one gets
    /// no answer, and within a network only its own callers have less for it.
    pub(super) fn asker(&self, request: &HttpRequest) -> Asker {
        let shown = request.headers().get(header::AUTHORIZATION);
        Asker {
            network: self.trusted.address_of(request).map(limited_network),
            caller: self
                .callers
                .hash_one(shown.map(header::HeaderValue::as_bytes)),
        }
    }
}
