//! How often one network may use the public form.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;

use super::client_address::{client_address, limited_network};
use super::problem::Problem;
use crate::config::Config;

/// Networks remembered before those that are quiet again are forgotten.
const REMEMBERED: usize = 10_000;

/// The limit on the public form; lifts itself when limits are off.
pub struct ContactLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    trusted: Vec<IpNet>,
}

impl ContactLimit {
    /// The limit `[limits]` asks for.
    pub fn new(config: &Config) -> Self {
        let limits = &config.limits;
        let per_minute = NonZeroU32::new(limits.contact_per_minute).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(limits.contact_burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let limiter = limits.enabled.then(|| RateLimiter::keyed(quota));
        Self {
            limiter,
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
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter
            .check_key(&limited_network(address))
            .map_err(|until| {
                let wait = until.wait_time_from(DefaultClock::default().now());
                Problem::rate_limited(wait.as_secs() + 1)
            })
    }
}
