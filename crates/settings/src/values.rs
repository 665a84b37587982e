//! Values that are more than a text: read strictly, refused with the key's name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use chrono_tz::Tz;
use ipnet::IpNet;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer, de::Error as _};
use shared_kernel::EmailAddress;
use url::Url;

use super::log_format::LogFormat;
use super::origin::canonical;
use super::spelling::tidied;

/// A text that is never shown.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, without what stands around it by accident: a line end, blanks, quotes.
    pub fn expose(&self) -> &str {
        tidied(&self.0)
    }

    /// The text with all that stood around it.
    pub fn as_written(&self) -> &str {
        &self.0
    }

    /// The text, unless it is empty.
    pub fn given(&self) -> Option<&str> {
        let text = self.expose();
        (!text.is_empty()).then_some(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.given() {
            None => "(not set)",
            Some(_) => "(set)",
        })
    }
}

/// A key of a caller, and where that caller is, if it is said.
#[derive(Debug, Clone)]
pub struct TrustedKey {
    /// Never shown.
    pub key: Secret,
    /// Nobody elsewhere has it.
    pub network: Option<IpNet>,
}

fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    key: &str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let written = String::deserialize(deserializer)?;
    let text = tidied(&written);
    parse(text).ok_or_else(|| D::Error::custom(format!("{key} must be {expected}, not {text:?}")))
}

pub(super) fn bind<'de, D: Deserializer<'de>>(d: D) -> Result<SocketAddr, D::Error> {
    parsed(d, "http.bind", "address:port", |text| {
        // `:4000` and `*:4000` mean everybody, `localhost:4000` and a bare port this machine alone.
        let (host, port) = text.rsplit_once(':').unwrap_or(("localhost", text));
        let address = match host {
            "" | "*" => Ipv4Addr::UNSPECIFIED,
            _ if host.eq_ignore_ascii_case("localhost") => Ipv4Addr::LOCALHOST,
            _ => return text.parse().ok(),
        };
        Some((address, port.parse().ok()?).into())
    })
}

/// A text of one line, which may be empty.
pub(super) fn text<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    String::deserialize(d).map(|text| tidied(&text).to_owned())
}

pub(super) fn folder<'de, D: Deserializer<'de>>(d: D) -> Result<PathBuf, D::Error> {
    parsed(d, "storage.data_dir", "a folder", |text| {
        (!text.is_empty()).then(|| PathBuf::from(text))
    })
}

pub(super) fn log_format<'de, D: Deserializer<'de>>(d: D) -> Result<LogFormat, D::Error> {
    parsed(d, "log.format", "text or json", LogFormat::parse)
}

pub(super) fn url_or_none<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
    parsed(d, "http.public_url", "an http(s) URL", |text| match text {
        "" => Some(None),
        text => Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(|mut url| {
                // Paths are put behind it, which must not end up in either.
                url.set_query(None);
                url.set_fragment(None);
                Some(url)
            }),
    })
}

pub(super) fn zone<'de, D: Deserializer<'de>>(d: D) -> Result<Tz, D::Error> {
    parsed(d, "shop.time_zone", "a zone such as Europe/Paris", |text| {
        let mut zones = chrono_tz::TZ_VARIANTS.iter();
        zones
            .find(|zone| zone.name().eq_ignore_ascii_case(text))
            .copied()
    })
}

pub(super) fn algorithm<'de, D: Deserializer<'de>>(d: D) -> Result<Algorithm, D::Error> {
    parsed(
        d,
        "auth.algorithm",
        "HS256, RS256, ES256 or EdDSA",
        |text| {
            let known = [
                ("HS256", Algorithm::HS256),
                ("RS256", Algorithm::RS256),
                ("ES256", Algorithm::ES256),
                ("EdDSA", Algorithm::EdDSA),
            ];
            let named = |(name, _): &(&str, Algorithm)| name.eq_ignore_ascii_case(text);
            known
                .into_iter()
                .find(named)
                .map(|(_, algorithm)| algorithm)
        },
    )
}

/// An address, alone or as `Support <support@shop.example>`: the name mails show is the shop's.
fn mailbox(text: &str) -> Option<EmailAddress> {
    let bare = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'));
    EmailAddress::parse(bare.map_or(text, |(_, address)| address.trim())).ok()
}

pub(super) fn address<'de, D: Deserializer<'de>>(d: D) -> Result<EmailAddress, D::Error> {
    parsed(d, "mail.support", "an e-mail address", mailbox)
}

pub(super) fn address_or_none<'de, D: Deserializer<'de>>(
    d: D,
) -> Result<Option<EmailAddress>, D::Error> {
    parsed(
        d,
        "an address in [mail]",
        "an e-mail address",
        |text| match text {
            "" => Some(None),
            text => mailbox(text).map(Some),
        },
    )
}

fn list<'de, D: Deserializer<'de>, T>(
    d: D,
    key: &str,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, D::Error> {
    Vec::<String>::deserialize(d)?
        .iter()
        .map(|text| tidied(text))
        .map(|text| {
            parse(text).ok_or_else(|| {
                D::Error::custom(format!("{key} must hold {expected}, not {text:?}"))
            })
        })
        .collect()
}

/// An address is the network it is alone in, in brackets as in URLs or not.
fn network(text: &str) -> Option<IpNet> {
    let bare = text.strip_prefix('[').and_then(|rest| {
        let (address, length) = rest.split_once(']')?;
        address.parse::<Ipv6Addr>().ok()?;
        Some(format!("{address}{length}"))
    });
    let text = bare.as_deref().unwrap_or(text);
    let alone = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(alone)
}

pub(super) fn networks<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<IpNet>, D::Error> {
    list(
        d,
        "http.trusted_proxies",
        "networks such as 10.0.0.0/8",
        network,
    )
}

pub(super) fn header_name<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    let is_name = |text: &str| {
        let part_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !text.is_empty() && text.bytes().all(part_of_name)
    };
    parsed(
        d,
        "http.address_header",
        "the name of a header such as X-Forwarded-For",
        |text| is_name(text).then(|| text.to_ascii_lowercase()),
    )
}

/// `key` or `key@network`. Never shown, not even what is wrong with one.
pub(super) fn keys<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<TrustedKey>, D::Error> {
    const SHORTEST: usize = 32;
    let read = |written: &String| {
        let whole = tidied(written);
        let bound = whole
            .rsplit_once('@')
            .and_then(|(key, place)| Some((key, network(place.trim())?)));
        let key = bound.map_or(whole, |(key, _)| key);
        TrustedKey {
            key: Secret::new(key.trim().to_owned()),
            network: bound.map(|(_, network)| network),
        }
    };
    let keys: Vec<TrustedKey> = Vec::<String>::deserialize(d)?.iter().map(read).collect();
    if keys.iter().any(|key| key.key.expose().len() < SHORTEST) {
        let message = format!("http.trusted_keys must hold keys of {SHORTEST} characters or more");
        return Err(D::Error::custom(message));
    }
    Ok(keys)
}

pub(super) fn addresses<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<EmailAddress>, D::Error> {
    list(d, "mail.escalation", "e-mail addresses", mailbox)
}

pub(super) fn origins<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    list(
        d,
        "http.allowed_origins",
        "origins such as https://shop.example",
        canonical,
    )
}
