//! Where a request really came from.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use ipnet::IpNet;
use request_text::hops::{self, Key};
use settings::Config;
use sha2::{Digest as _, Sha256};
use shared_kernel::limited_network;

/// Shows a key of `http.trusted_keys`.
const KEY: HeaderName = HeaderName::from_static("x-guichet-key");

/// Who may say for whom a request is made.
#[derive(Debug, Clone)]
pub struct TrustedCallers {
    proxies: Vec<IpNet>,
    /// Digests, so that comparing takes as long for a near guess as for a far one, and where the owner is, if that is
    /// said.
    keys: Vec<([u8; 32], Option<IpNet>)>,
    /// Where they say it.
    header: HeaderName,
}

impl TrustedCallers {
    /// Those of `[http]`.
    pub fn of(config: &Config) -> Self {
        let http = &config.http;
        let keys = http.trusted_keys.iter();
        // The settings took nothing that is no name of a header.
        let header = HeaderName::try_from(http.address_header.as_str());
        Self {
            proxies: http.trusted_proxies.clone(),
            keys: keys
                .map(|key| (digest(key.key.expose().as_bytes()), key.network))
                .collect(),
            header: header.unwrap_or(HeaderName::from_static("x-forwarded-for")),
        }
    }

    /// The caller's address: the peer's, or, when the peer is a trusted proxy, the right-most
    /// forwarded hop that is not. A caller with a key is believed once more: the hop before it is
    /// whoever it asks for. A key that is bound says itself whose it is. What a stranger writes into the header is never believed.
    pub fn address_of(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip();
        let lines = request.headers().get_all(&self.header);
        let lines = lines.map(HeaderValue::as_bytes);
        let hops = if self.header == "forwarded" {
            hops::of_forwarded(lines)
        } else {
            hops::of_list(lines)
        };
        let key = self.key_of(request);
        Some(hops::first_believed(peer, &hops, &self.proxies, &key))
    }

    fn key_of(&self, request: &HttpRequest) -> Key {
        let Some(shown) = request.headers().get(KEY) else {
            return Key::None;
        };
        let shown = digest(shown.as_bytes().trim_ascii());
        let mut known = self.keys.iter().filter(|(key, _)| *key == shown).peekable();
        if known.peek().is_none() {
            return Key::None;
        }
        let networks: Option<Vec<IpNet>> = known.map(|(_, network)| *network).collect();
        networks.map_or(Key::OfCaller, Key::Of)
    }
}

fn digest(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}

/// The network whose connections are counted; none for a trusted proxy, which speaks for many.
pub fn direct_network(peer: IpAddr, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    let is_trusted = trusted.iter().any(|network| network.contains(&peer));
    (!is_trusted).then(|| limited_network(peer))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const SERVICE: &str = "a-key-of-the-shops-web-server-0123456789";

    fn trusted(settings: &[(&str, &str)]) -> TrustedCallers {
        let named = settings.iter().map(|(name, value)| {
            let name = format!("GUICHET__HTTP__{name}");
            (name, (*value).to_owned())
        });
        TrustedCallers::of(&Config::load(named).unwrap())
    }

    fn behind_proxies() -> TrustedCallers {
        trusted(&[("TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")])
    }

    fn request(peer: &str, headers: &[(&str, &str)]) -> HttpRequest {
        let peer = TestRequest::default().peer_addr(peer.parse().unwrap());
        let request = headers
            .iter()
            .fold(peer, |request, header| request.append_header(*header));
        request.to_http_request()
    }

    fn nearest(peer: &str, hops: &[&str], trusted: &TrustedCallers) -> String {
        let headers: Vec<_> = hops.iter().map(|hop| ("X-Forwarded-For", *hop)).collect();
        let address = trusted.address_of(&request(peer, &headers));
        address.unwrap().to_string()
    }

    #[test]
    fn a_strangers_header_is_not_believed() {
        let trusted = behind_proxies();
        assert_eq!(
            nearest("198.51.100.7:1", &["6.6.6.6"], &trusted),
            "198.51.100.7"
        );
    }

    #[test]
    fn behind_proxies_the_right_most_hop_that_is_not_ours_counts() {
        let trusted = behind_proxies();
        for (peer, hops, expected) in [
            (
                "10.0.0.1:1",
                &["6.6.6.6, 203.0.113.9, 10.0.0.2"][..],
                "203.0.113.9",
            ),
            (
                "10.0.0.1:1",
                &["6.6.6.6", "203.0.113.9", "10.0.0.2"],
                "203.0.113.9",
            ),
            ("10.0.0.1:1", &["garbage"], "10.0.0.1"),
            ("10.0.0.1:1", &["unknown, 10.0.0.2"], "10.0.0.2"),
            ("[::ffff:10.0.0.1]:1", &["203.0.113.9"], "203.0.113.9"),
        ] {
            assert_eq!(nearest(peer, hops, &trusted), expected, "{hops:?}");
        }
    }

    #[test]
    fn a_hop_is_read_in_each_form_proxies_write() {
        let trusted = behind_proxies();
        for (hop, expected) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("\"203.0.113.9:4711\"", "203.0.113.9"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("203.0.113.9:4711, [fd00::2]:80", "203.0.113.9"),
        ] {
            assert_eq!(nearest("10.0.0.1:1", &[hop], &trusted), expected, "{hop}");
        }
    }

    #[test]
    fn the_header_is_the_one_that_is_configured_and_no_other() {
        let of = |header: &str| {
            trusted(&[
                ("TRUSTED_PROXIES", "10.0.0.0/8"),
                ("ADDRESS_HEADER", header),
            ])
        };
        let sent = request(
            "10.0.0.1:1",
            &[
                ("X-Forwarded-For", "6.6.6.6"),
                ("Forwarded", "for=\"[2001:db8::1]:80\";proto=https"),
                ("CF-Connecting-IP", "203.0.113.9"),
            ],
        );
        for (header, expected) in [
            ("X-Forwarded-For", "6.6.6.6"),
            ("Forwarded", "2001:db8::1"),
            ("cf-connecting-ip", "203.0.113.9"),
            ("X-Real-IP", "10.0.0.1"),
        ] {
            assert_eq!(
                of(header).address_of(&sent),
                expected.parse().ok(),
                "{header}"
            );
        }
    }

    #[test]
    fn a_caller_with_a_key_names_whom_it_asks_for_and_nobody_else_does() {
        let trusted = trusted(&[("TRUSTED_PROXIES", "10.0.0.0/8"), ("TRUSTED_KEYS", SERVICE)]);
        let asks = |peer: &str, key: &str, hops: &str| {
            let headers = [("X-Guichet-Key", key), ("X-Forwarded-For", hops)];
            trusted
                .address_of(&request(peer, &headers))
                .unwrap()
                .to_string()
        };
        // By itself, and behind our own proxy, which adds the address of the shop's server.
        assert_eq!(
            asks("198.51.100.7:1", SERVICE, "203.0.113.9"),
            "203.0.113.9"
        );
        assert_eq!(
            asks("10.0.0.1:1", SERVICE, "203.0.113.9, 198.51.100.7"),
            "203.0.113.9"
        );
        // What its visitor claims to be is not believed in turn.
        assert_eq!(
            asks("198.51.100.7:1", SERVICE, "6.6.6.6, 203.0.113.9"),
            "203.0.113.9"
        );
        assert_eq!(asks("198.51.100.7:1", SERVICE, ""), "198.51.100.7");
        for key in ["", "guess", &SERVICE[1..]] {
            assert_eq!(
                asks("198.51.100.7:1", key, "203.0.113.9"),
                "198.51.100.7",
                "{key}"
            );
        }
    }

    #[test]
    fn a_key_that_is_bound_keeps_its_owners_visitors_from_choosing_an_address() {
        let bound = format!("{SERVICE}@10.0.0.7, {SERVICE}@10.0.0.8");
        let trusted = trusted(&[("TRUSTED_PROXIES", "10.0.0.0/8"), ("TRUSTED_KEYS", &bound)]);
        for peer in ["10.0.0.7:1", "10.0.0.8:1", "10.0.0.1:1"] {
            let headers = [
                ("X-Guichet-Key", SERVICE),
                ("X-Forwarded-For", "6.6.6.6, 203.0.113.9"),
            ];
            let address = trusted.address_of(&request(peer, &headers));
            assert_eq!(address, "203.0.113.9".parse().ok(), "{peer}");
        }
    }

    #[test]
    fn an_odd_letter_does_not_hide_the_hop_our_proxy_added() {
        let forwarded = HeaderValue::from_bytes(b"\xe9, 203.0.113.9").unwrap();
        let request = TestRequest::default()
            .peer_addr("10.0.0.1:4000".parse().unwrap())
            .insert_header(("X-Forwarded-For", forwarded))
            .to_http_request();
        let address = behind_proxies().address_of(&request);
        assert_eq!(address, Some("203.0.113.9".parse().unwrap()));
    }

    #[test]
    fn a_trusted_proxy_is_no_network_whose_connections_are_counted() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let network = |peer: &str| direct_network(peer.parse().unwrap(), &trusted);
        assert_eq!(network("10.0.0.1"), None);
        assert_eq!(network("::ffff:10.0.0.1"), None);
        assert_eq!(network("192.0.2.1"), Some("192.0.2.1".parse().unwrap()));
    }
}
