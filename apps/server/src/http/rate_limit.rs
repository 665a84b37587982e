//! How often one network may do what anybody may do, and how much one caller may write.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;
use settings::Config;
use shared_kernel::{Caller, UserId};

use super::client_address::{client_address, limited_network};
use super::problem::Problem;

/// Networks, or callers, remembered before those that are quiet again are forgotten.
const REMEMBERED: usize = 10_000;

/// One limit; lifts itself when limits are off.
pub struct NetworkLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    trusted: Vec<IpNet>,
}

impl NetworkLimit {
    /// The limit on the public form.
    pub fn of_forms(config: &Config) -> Self {
        let limits = &config.limits;
        Self::new(config, limits.contact_per_minute, limits.contact_burst)
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
            trusted: config.http.trusted_proxies.clone(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 with `Retry-After`.
    pub fn check(&self, request: &HttpRequest) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let Some(address) = client_address(request, &self.trusted) else {
            return Ok(());
        };
        check(limiter, &limited_network(address)).map_err(Problem::rate_limited)
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
