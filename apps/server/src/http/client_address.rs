//! Where a request really came from.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The caller's address: the peer's, or, when the peer is a trusted proxy, the right-most
/// forwarded hop that is not. What a stranger writes into the header is never believed.
pub fn client_address(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let hops = request
        .headers()
        .get_all("X-Forwarded-For")
        // Byte by byte: one odd letter must not hide the hops our own proxy added behind it.
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|hop| std::str::from_utf8(hop).ok()?.trim().parse().ok());
    Some(right_most_untrusted(
        peer,
        &hops.collect::<Vec<_>>(),
        trusted,
    ))
}

fn right_most_untrusted(peer: IpAddr, hops: &[Option<IpAddr>], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| {
        trusted
            .iter()
            .any(|network| network.contains(&address.to_canonical()))
    };
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        match hop {
            Some(hop) if is_trusted(nearest) => nearest = *hop,
            Some(_) | None => break,
        }
    }
    nearest.to_canonical()
}

/// The network whose connections are counted; none for a trusted proxy, which speaks for many.
pub fn direct_network(peer: IpAddr, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    let is_trusted = trusted.iter().any(|network| network.contains(&peer));
    (!is_trusted).then(|| limited_network(peer))
}

/// The network a limit counts: one IPv4 address, or one IPv6 /64, which one household holds.
pub fn limited_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header;

    use super::*;

    fn nearest(peer: &str, hops: &[&str], trusted: &[&str]) -> String {
        let hops: Vec<_> = hops.iter().map(|hop| hop.parse().ok()).collect();
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        right_most_untrusted(peer.parse().unwrap(), &hops, &trusted).to_string()
    }

    #[test]
    fn a_strangers_header_is_not_believed() {
        assert_eq!(
            nearest("198.51.100.7", &["6.6.6.6"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn behind_proxies_the_right_most_hop_that_is_not_ours_counts() {
        let hops = ["6.6.6.6", "203.0.113.9", "10.0.0.2"];
        assert_eq!(nearest("10.0.0.1", &hops, &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(
            nearest("10.0.0.1", &["garbage"], &["10.0.0.0/8"]),
            "10.0.0.1"
        );
        assert_eq!(
            nearest("::ffff:10.0.0.1", &["203.0.113.9"], &["10.0.0.0/8"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn an_odd_letter_does_not_hide_the_hop_our_proxy_added() {
        let forwarded = header::HeaderValue::from_bytes(b"\xe9, 203.0.113.9").unwrap();
        let request = actix_web::test::TestRequest::default()
            .peer_addr("10.0.0.1:4000".parse().unwrap())
            .insert_header(("X-Forwarded-For", forwarded))
            .to_http_request();
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(
            client_address(&request, &trusted),
            Some("203.0.113.9".parse().unwrap())
        );
    }

    #[test]
    fn a_trusted_proxy_is_no_network_whose_connections_are_counted() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let network = |peer: &str| direct_network(peer.parse().unwrap(), &trusted);
        assert_eq!(network("10.0.0.1"), None);
        assert_eq!(network("::ffff:10.0.0.1"), None);
        assert_eq!(network("192.0.2.1"), Some("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn an_ipv6_household_is_one_network() {
        let network = |text: &str| limited_network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }
}
