//! Tells readers apart without knowing who they are.
//!
//! A visitor is a keyed digest: of the account when they are signed in, else of their network and
//! their browser. Neither can be had back from it without the server's secret, and nothing else
//! about a reader is kept. A household that shares a browser version counts as one reader: better
//! than counting a reload twice.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header;
use faq_domain::readers::Visitor;
use hmac::Mac as _;
use identity::keys::{Keyed, Purpose, keyed};
use shared_kernel::{Caller, UserId, limited_network};

use crate::http::client_address::TrustedCallers;

/// A browser's name is read this far; the rest is noise a stranger could vary for ever.
const MAX_AGENT_BYTES: usize = 512;

/// Makes visitors of requests.
pub struct Visitors {
    keyed: Keyed,
    trusted: TrustedCallers,
}

impl Visitors {
    /// Keyed with the server's secret; believes these callers.
    pub fn new(secret: &[u8], trusted: TrustedCallers) -> Self {
        Self {
            keyed: keyed(secret, Purpose::FaqVisitor),
            trusted,
        }
    }

    /// Who reads.
    pub fn of(&self, caller: &Caller, request: &HttpRequest) -> Visitor {
        if let Some(actor) = caller.actor() {
            return self.account(&actor.id);
        }
        let agent = request
            .headers()
            .get(header::USER_AGENT)
            .map_or(&b""[..], |agent| agent.as_bytes());
        self.stranger(self.trusted.address_of(request), agent)
    }

    /// Somebody signed in: the same on every device.
    fn account(&self, id: &UserId) -> Visitor {
        self.digest(&[b"user", id.as_str().as_bytes()])
    }

    /// Somebody else: a network and a browser.
    fn stranger(&self, address: Option<IpAddr>, agent: &[u8]) -> Visitor {
        let network = address.map_or_else(String::new, |at| limited_network(at).to_string());
        let agent = agent.get(..MAX_AGENT_BYTES).unwrap_or(agent);
        self.digest(&[b"stranger", network.as_bytes(), agent])
    }

    fn digest(&self, parts: &[&[u8]]) -> Visitor {
        let mut mac = self.keyed.clone();
        for part in parts {
            mac.update(part);
            // No header and no id holds one, so parts never run into each other.
            mac.update(&[0]);
        }
        let digest = mac.finalize().into_bytes();
        let mut kept = [0; Visitor::BYTES];
        kept.iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        Visitor::new(kept)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use shared_kernel::{Actor, Role};

    use super::*;

    fn visitors() -> Visitors {
        let proxies = "GUICHET__HTTP__TRUSTED_PROXIES".to_owned();
        let config = settings::Config::load([(proxies, "10.0.0.0/8".to_owned())]);
        Visitors::new(b"secret", TrustedCallers::of(&config.unwrap()))
    }

    fn request(peer: &str, agent: &str) -> HttpRequest {
        TestRequest::default()
            .peer_addr(peer.parse().unwrap())
            .insert_header((header::USER_AGENT, agent))
            .to_http_request()
    }

    fn stranger(peer: &str, agent: &str) -> Visitor {
        visitors().of(&Caller::Anonymous, &request(peer, agent))
    }

    fn signed_in(id: &str, peer: &str, agent: &str) -> Visitor {
        let actor = Actor {
            id: UserId::parse(id).unwrap(),
            role: Role::Customer,
            email: None,
            name: None,
        };
        visitors().of(&Caller::Known(actor), &request(peer, agent))
    }

    #[test]
    fn a_stranger_is_a_network_and_a_browser() {
        let one = stranger("198.51.100.7:4000", "Firefox");
        assert_eq!(one, stranger("198.51.100.7:9999", "Firefox"));
        assert_ne!(one, stranger("198.51.100.8:4000", "Firefox"));
        assert_ne!(one, stranger("198.51.100.7:4000", "Safari"));
        assert_eq!(
            stranger("[2001:db8:1:2::1]:1", "Firefox"),
            stranger("[2001:db8:1:2:ffff::9]:1", "Firefox")
        );
    }

    #[test]
    fn whoever_is_signed_in_is_one_visitor_on_every_device() {
        let phone = signed_in("cst-jean", "198.51.100.7:1", "Safari");
        assert_eq!(phone, signed_in("cst-jean", "203.0.113.9:1", "Firefox"));
        assert_ne!(phone, signed_in("cst-paul", "198.51.100.7:1", "Safari"));
        assert_ne!(phone, stranger("198.51.100.7:1", "Safari"));
    }

    #[test]
    fn readers_who_were_counted_stay_who_they_are() {
        let hex = |visitor: &Visitor| {
            let digits = visitor.as_bytes().iter().map(|byte| format!("{byte:02x}"));
            digits.collect::<String>()
        };
        let account = signed_in("cst-jean", "198.51.100.7:1", "Safari");
        assert_eq!(hex(&account), "f2e4cb9dc701bfe78d50468262558a4c");
        let stranger = stranger("198.51.100.7:4000", "Firefox");
        assert_eq!(hex(&stranger), "b85702b0fc333589b127cfc1ecfe1275");
    }

    #[test]
    fn behind_a_proxy_the_reader_counts_and_not_the_proxy() {
        let through = |hop: &str| {
            let request = TestRequest::default()
                .peer_addr("10.0.0.1:1".parse().unwrap())
                .insert_header(("X-Forwarded-For", hop))
                .to_http_request();
            visitors().of(&Caller::Anonymous, &request)
        };
        assert_ne!(through("198.51.100.7"), through("198.51.100.8"));
    }

    #[test]
    fn nothing_can_be_had_back_without_the_secret() {
        let config = settings::Config::load([]).unwrap();
        let other = Visitors::new(b"other", TrustedCallers::of(&config));
        let request = request("198.51.100.7:1", "Firefox");
        let theirs = other.of(&Caller::Anonymous, &request);
        assert_ne!(theirs, visitors().of(&Caller::Anonymous, &request));
    }

    #[test]
    fn the_end_of_an_endless_browser_name_makes_no_new_visitor() {
        let long = "x".repeat(MAX_AGENT_BYTES);
        let one = stranger("198.51.100.7:1", &format!("{long}a"));
        assert_eq!(one, stranger("198.51.100.7:1", &format!("{long}b")));
    }
}
