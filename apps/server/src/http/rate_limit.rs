//! How often one network may do what anybody may do, and how much one caller may write.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpRequest;
use settings::Config;
use shared_kernel::{Caller, UserId, limited_network};
use sockets::Quotas;

use super::client_address::TrustedCallers;
use super::problem::Problem;

/// Forms a network may send for each one that may become a ticket: people correct what was refused.
const ATTEMPTS_PER_FORM: u32 = 6;

/// One limit; lifts itself when limits are off.
pub struct NetworkLimit {
    quotas: Option<Quotas<IpAddr>>,
    trusted: TrustedCallers,
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
        let is_on = config.limits.enabled;
        Self {
            quotas: is_on.then(|| Quotas::new(per_minute, burst)),
            trusted: TrustedCallers::of(config),
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
        let address = self.quotas.as_ref().and(self.trusted.address_of(request));
        let network = address.map(limited_network);
        if let (Some(quotas), Some(network)) = (&self.quotas, network) {
            quotas
                .take(network)
                .map_err(|wait| Problem::rate_limited(seconds(wait)))?;
        }
        let limit = self;
        Ok(Place { limit, network })
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
        if let (Some(quotas), Some(network)) = (&self.limit.quotas, self.network) {
            quotas.give_back(&network);
        }
    }
}

/// How much one signed-in caller may write; lifts itself when limits are off.
pub struct CallerLimit(Option<Quotas<UserId>>);

impl CallerLimit {
    /// The limit on writes. Strangers have [`NetworkLimit`]s of their own.
    pub fn of_writes(config: &Config) -> Self {
        let limits = &config.limits;
        let quotas = || Quotas::new(limits.writes_per_minute, limits.writes_burst);
        Self(limits.enabled.then(quotas))
    }

    /// Counts a write.
    ///
    /// # Errors
    /// 429 with `Retry-After`.
    pub fn check(&self, caller: &Caller) -> Result<(), Problem> {
        match (&self.0, caller.actor()) {
            (Some(quotas), Some(actor)) => quotas
                .take(actor.id.clone())
                .map_err(|wait| Problem::too_many_writes(seconds(wait))),
            _ => Ok(()),
        }
    }
}

/// After how many whole seconds it may be tried again.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
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

    #[tokio::test(start_paused = true)]
    async fn places_given_back_are_no_second_burst_beside_those_time_brings_back() {
        let limit = limit_of_two();
        let jean = from("198.51.100.7:1");
        drop([limit.reserve(&jean).unwrap(), limit.reserve(&jean).unwrap()]);
        tokio::time::advance(Duration::from_mins(10)).await;
        limit.reserve(&jean).unwrap().keep();
        limit.reserve(&jean).unwrap().keep();
        assert!(limit.reserve(&jean).is_err());
    }
}
