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

/// What stands between commas; nothing between two of them is nothing (RFC 9110 §5.6.1).
fn pieces<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    lines
        .into_iter()
        .flat_map(|line| line.split(|byte| *byte == b','))
        .filter(|piece| !piece.trim_ascii().is_empty())
}

fn text(piece: &[u8]) -> Option<&str> {
    std::str::from_utf8(piece).ok()
}

/// Whose key a request shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Nobody's.
    None,
    /// Whoever asks the nearest proxy, or us: proxies have none.
    OfCaller,
    /// That of somebody in these networks, who may be a proxy besides.
    Of(Vec<IpNet>),
}

/// The right-most hop that is no proxy's; the peer itself when it is none, or says nothing. Whoever has a key is believed
/// once more: the hop before theirs is whom they ask for, and what stands before that is a stranger's word.
pub fn first_believed(
    peer: IpAddr,
    hops: &[Option<IpAddr>],
    proxies: &[IpNet],
    key: &Key,
) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        let is_proxy = holds(proxies, nearest);
        let has_key = match key {
            Key::None => false,
            Key::OfCaller => !is_proxy,
            Key::Of(networks) => holds(networks, nearest),
        };
        match hop {
            Some(hop) if has_key => return hop.to_canonical(),
            Some(hop) if is_proxy => nearest = *hop,
            Some(_) | None => break,
        }
    }
    nearest.to_canonical()
}

fn holds(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
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
    fn whom_a_key_speaks_for_is_the_hop_before_its_owner_and_no_other() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let networks = |list: &[&str]| list.iter().map(|net| net.parse().unwrap()).collect();
        let proxies: Vec<IpNet> = networks(&["10.0.0.0/8"]);
        let bound = Key::Of(networks(&["10.0.0.7/32", "198.51.100.7/32"]));
        let claimed = "6.6.6.6";
        for (key, peer, hops, believed) in [
            // Where the owner of the key is a proxy too, the key says which hop is the visitor's.
            (
                &bound,
                "10.0.0.7",
                &[claimed, "203.0.113.9"][..],
                "203.0.113.9",
            ),
            (
                &bound,
                "10.0.0.1",
                &[claimed, "203.0.113.9", "10.0.0.7"],
                "203.0.113.9",
            ),
            (
                &bound,
                "198.51.100.7",
                &[claimed, "203.0.113.9"],
                "203.0.113.9",
            ),
            (
                &bound,
                "10.0.0.1",
                &[claimed, "203.0.113.9", "198.51.100.7"],
                "203.0.113.9",
            ),
            // Shown from elsewhere it says nothing.
            (&bound, "10.0.0.1", &[claimed, "203.0.113.9"], "203.0.113.9"),
            (&bound, "192.0.2.1", &[claimed], "192.0.2.1"),
            // A visitor who sits in the network of the proxies is a visitor.
            (&bound, "10.0.0.7", &[claimed, "10.0.0.9"], "10.0.0.9"),
            (
                &Key::OfCaller,
                "198.51.100.7",
                &[claimed, "10.0.0.9"],
                "10.0.0.9",
            ),
            (
                &Key::OfCaller,
                "10.0.0.1",
                &[claimed, "203.0.113.9", "198.51.100.7"],
                "203.0.113.9",
            ),
        ] {
            let hops: Vec<_> = hops.iter().map(|hop| Some(address(hop))).collect();
            let found = first_believed(address(peer), &hops, &proxies, key);
            assert_eq!(found, address(believed), "{key:?} {peer} {hops:?}");
        }
    }

    #[test]
    fn a_comma_too_many_is_no_hop() {
        for line in [
            "192.0.2.1,",
            "192.0.2.1, ",
            ",192.0.2.1",
            ", ,192.0.2.1,\t,",
        ] {
            let hops = of_list([line.as_bytes(), b"", b" "]);
            assert_eq!(hops, [Some("192.0.2.1".parse().unwrap())], "{line:?}");
        }
        let hops = of_forwarded([b"for=192.0.2.1, ,".as_slice()]);
        assert_eq!(hops, [Some("192.0.2.1".parse().unwrap())]);
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
