//! How often one network may do what anybody may do, and how much one caller may write.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use settings::Config;
use shared_kernel::{Caller, UserId, limited_network};

use super::client_address::TrustedCallers;
use super::problem::Problem;

/// Networks, or callers, remembered before those that are quiet again are forgotten.
const REMEMBERED: usize = 10_000;

/// Forms a network may send for each one that may become a ticket: people correct what was refused.
const ATTEMPTS_PER_FORM: u32 = 6;

/// One limit; lifts itself when limits are off.
pub struct NetworkLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    trusted: TrustedCallers,
    /// Places that were taken and not used, by network; no more of one than it may take at once.
    unused: Mutex<HashMap<IpAddr, u32>>,
    burst: u32,
}

/// A place under a limit. Unless it is kept, it is given back.
pub struct Place<'a> {
    limit: &'a NetworkLimit,
    network: Option<IpAddr>,
}

impl NetworkLimit {
    /// The limit on tickets of the public form.
    pub fn of_forms(config: &Config) -> Self {
        let limits = &config.limits;
        Self::new(config, limits.contact_per_minute, limits.contact_burst)
    }

    /// The limit on forms that are sent, whatever becomes of them.
    pub fn of_form_attempts(config: &Config) -> Self {
        let limits = &config.limits;
        let times = |number: u32| number.saturating_mul(ATTEMPTS_PER_FORM);
        let (per_minute, burst) = (limits.contact_per_minute, limits.contact_burst);
        Self::new(config, times(per_minute), times(burst))
    }

    /// The limit on votes.
    pub fn of_votes(config: &Config) -> Self {
        let limits = &config.limits;
        Self::new(config, limits.votes_per_minute, limits.votes_burst)
    }

    /// The limit on views that count.
    pub fn of_views(config: &Config) -> Self {
        let limits = &config.limits;
        Self::new(config, limits.views_per_minute, limits.views_burst)
    }

    /// The limit on searches of the knowledge base, those of every key included.
    pub fn of_searches(config: &Config) -> Self {
        let limits = &config.limits;
        Self::new(config, limits.searches_per_minute, limits.searches_burst)
    }

    fn new(config: &Config, per_minute: u32, burst: u32) -> Self {
        let quota = quota(per_minute, burst);
        Self {
            limiter: config.limits.enabled.then(|| RateLimiter::keyed(quota)),
            trusted: TrustedCallers::of(config),
            unused: Mutex::default(),
            burst: burst.max(1),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 with `Retry-After`.
    pub fn check(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.reserve(request).map(Place::keep)
    }

    /// Takes a place for what may come to nothing.
    ///
    /// # Errors
    /// 429 with `Retry-After`.
    pub fn reserve(&self, request: &HttpRequest) -> Result<Place<'_>, Problem> {
        let address = self.limiter.as_ref().and(self.trusted.address_of(request));
        let network = address.map(limited_network);
        if let (Some(limiter), Some(network)) = (&self.limiter, network)
            && !self.takes_unused(network)
        {
            check(limiter, &network).map_err(Problem::rate_limited)?;
        }
        let limit = self;
        Ok(Place { limit, network })
    }

    fn unused(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn takes_unused(&self, network: IpAddr) -> bool {
        let mut unused = self.unused();
        let Some(places) = unused.get_mut(&network) else {
            return false;
        };
        *places -= 1;
        if *places == 0 {
            unused.remove(&network);
        }
        true
    }
}

impl Place<'_> {
    /// It came to something.
    pub fn keep(mut self) {
        self.network = None;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(network) = self.network {
            let mut unused = self.limit.unused();
            // Forgetting them is no harm: they come back with time.
            if unused.len() >= REMEMBERED {
                unused.clear();
            }
            let places = unused.entry(network).or_default();
            *places = self.limit.burst.min(*places + 1);
        }
    }
}

/// How much one signed-in caller may write; lifts itself when limits are off.
pub struct CallerLimit(Option<DefaultKeyedRateLimiter<UserId>>);

impl CallerLimit {
    /// The limit on writes. Strangers have [`NetworkLimit`]s of their own.
    pub fn of_writes(config: &Config) -> Self {
        let limits = &config.limits;
        let quota = quota(limits.writes_per_minute, limits.writes_burst);
        Self(limits.enabled.then(|| RateLimiter::keyed(quota)))
    }

    /// Counts a write.
    ///
    /// # Errors
    /// 429 with `Retry-After`.
    pub fn check(&self, caller: &Caller) -> Result<(), Problem> {
        match (&self.0, caller.actor()) {
            (Some(limiter), Some(actor)) => {
                check(limiter, &actor.id).map_err(Problem::too_many_writes)
            }
            _ => Ok(()),
        }
    }
}

fn quota(per_minute: u32, burst: u32) -> Quota {
    let number = |given| NonZeroU32::new(given).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(number(per_minute)).allow_burst(number(burst))
}

/// Counts, or answers after how many seconds it may be tried again.
fn check<K: Clone + Eq + Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), u64> {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        wait.as_secs() + 1
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn limit_of_two() -> NetworkLimit {
        let settings = [
            ("GUICHET__LIMITS__CONTACT_PER_MINUTE", "1"),
            ("GUICHET__LIMITS__CONTACT_BURST", "2"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        NetworkLimit::of_forms(&Config::load(settings).unwrap())
    }

    fn from(peer: &str) -> HttpRequest {
        let request = TestRequest::default().peer_addr(peer.parse().unwrap());
        request.to_http_request()
    }

    #[test]
    fn what_comes_to_nothing_does_not_count() {
        let limit = limit_of_two();
        let jean = from("198.51.100.7:1");
        for _ in 0..10 {
            drop(limit.reserve(&jean).unwrap());
        }
        limit.reserve(&jean).unwrap().keep();
        limit.reserve(&jean).unwrap().keep();
        assert!(limit.reserve(&jean).is_err());
        assert!(limit.reserve(&from("198.51.100.8:1")).is_ok());
    }

    #[test]
    fn a_place_that_is_taken_is_not_there_for_others() {
        let limit = limit_of_two();
        let jean = from("198.51.100.7:1");
        let places = [limit.reserve(&jean).unwrap(), limit.reserve(&jean).unwrap()];
        assert!(limit.reserve(&jean).is_err());
        drop(places);
        assert!(limit.reserve(&jean).is_ok());
    }
}
