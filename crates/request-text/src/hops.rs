//! The addresses proxies write down: `X-Forwarded-For` and headers like it, and `Forwarded` (RFC 7239).
//!
//! Each hop is read for itself. What a stranger wrote before the hop of our own proxy, an open quote or an odd letter,
//! must not hide that hop.

use std::net::IpAddr;

use ipnet::IpNet;

/// Hops of a list of addresses, the nearest last; none for what names no address.
pub fn of_list<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<Option<IpAddr>> {
    pieces(lines).map(|hop| address(text(hop)?)).collect()
}

/// Hops of `Forwarded`, the nearest last; none for what names no address in `for`.
pub fn of_forwarded<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<Option<IpAddr>> {
    let of_element = |element: &'a [u8]| {
        let mut parameters = text(element)?.split(';');
        parameters.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("for").then_some(value)
        })
    };
    pieces(lines)
        .map(|element| address(of_element(element)?))
        .collect()
}

fn pieces<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    lines
        .into_iter()
        .flat_map(|line| line.split(|byte| *byte == b','))
}

fn text(piece: &[u8]) -> Option<&str> {
    std::str::from_utf8(piece).ok()
}

/// The right-most hop that is no proxy's; the peer itself when it is none, or says nothing. Whoever has a key is believed
/// once more.
pub fn first_believed(
    peer: IpAddr,
    hops: &[Option<IpAddr>],
    proxies: &[IpNet],
    mut has_key: bool,
) -> IpAddr {
    let is_proxy = |address: IpAddr| {
        let address = address.to_canonical();
        proxies.iter().any(|network| network.contains(&address))
    };
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        match hop {
            Some(hop) if is_proxy(nearest) || std::mem::take(&mut has_key) => nearest = *hop,
            Some(_) | None => break,
        }
    }
    nearest.to_canonical()
}

/// The address of a hop, in quotes or not, with its port or not: `192.0.2.1:443`, `"[2001:db8::1]:443"`.
pub fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"').trim();
    if let Some(rest) = hop.strip_prefix('[') {
        let (inner, port) = rest.split_once(']')?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return is_port.then(|| plain(inner)).flatten();
    }
    plain(hop).or_else(|| {
        let (inner, port) = hop.rsplit_once(':')?;
        // Without brackets only the old kind can have a port behind it.
        inner.parse().ok().filter(|_| is_port(port)).map(IpAddr::V4)
    })
}

/// An address without port; the zone of a link-local one is of no use elsewhere.
fn plain(text: &str) -> Option<IpAddr> {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse().ok()
}

/// A number, or the word a proxy hides it behind (RFC 7239 §6.3).
fn is_port(text: &str) -> bool {
    let hidden = text.strip_prefix('_');
    let of = |allowed: fn(&u8) -> bool, text: &str| {
        !text.is_empty() && text.bytes().all(|byte| allowed(&byte))
    };
    match hidden {
        Some(word) => of(
            |byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte),
            word,
        ),
        None => text.len() <= 5 && of(u8::is_ascii_digit, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_every_usual_form() {
        for (hop, expected) in [
            ("192.0.2.43", "192.0.2.43"),
            (" 192.0.2.43 ", "192.0.2.43"),
            ("192.0.2.43:47011", "192.0.2.43"),
            ("\"192.0.2.43:47011\"", "192.0.2.43"),
            ("2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("[2001:db8:cafe::17]", "2001:db8:cafe::17"),
            ("[2001:db8:cafe::17]:4711", "2001:db8:cafe::17"),
            ("\"[2001:db8:cafe::17]:_port\"", "2001:db8:cafe::17"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:80", "fe80::1"),
            ("::ffff:192.0.2.43", "::ffff:192.0.2.43"),
        ] {
            assert_eq!(address(hop), Some(expected.parse().unwrap()), "{hop}");
        }
        for hop in [
            "",
            "unknown",
            "_hidden",
            "192.0.2",
            "192.0.2.43:",
            "192.0.2.43:x",
            "[::1",
            "[::1]80",
            "[192.0.2.43:80",
            "example.com:80",
        ] {
            assert_eq!(address(hop), None, "{hop}");
        }
    }

    #[test]
    fn lists_are_read_over_all_their_lines() {
        let lines: [&[u8]; 2] = [b"192.0.2.1, \xe9", b"\"192.0.2.2:80\""];
        let expected = [Some("192.0.2.1"), None, Some("192.0.2.2")];
        let parsed = expected.map(|hop| hop.map(|hop| hop.parse().unwrap()));
        assert_eq!(of_list(lines), parsed);
    }

    #[test]
    fn forwarded_names_the_address_in_for() {
        let lines: [&[u8]; 2] = [
            b"for=192.0.2.1;proto=https;by=203.0.113.43, For=\"[2001:db8::1]:80\"",
            b"proto=http, for=unknown, by=x;for=192.0.2.3",
        ];
        let expected = [
            Some("192.0.2.1"),
            Some("2001:db8::1"),
            None,
            None,
            Some("192.0.2.3"),
        ];
        let parsed = expected.map(|hop| hop.map(|hop| hop.parse().unwrap()));
        assert_eq!(of_forwarded(lines), parsed);
    }

    #[test]
    fn a_strangers_open_quote_does_not_hide_the_hop_behind_it() {
        let line: &[u8] = b"\"6.6.6.6, 203.0.113.9";
        assert_eq!(of_list([line]).last(), Some(&"203.0.113.9".parse().ok()));
        let line: &[u8] = b"for=\"6.6.6.6;x, for=203.0.113.9";
        assert_eq!(
            of_forwarded([line]).last(),
            Some(&"203.0.113.9".parse().ok())
        );
    }
}
