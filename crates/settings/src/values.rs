//! Values that are more than a text: read strictly, refused with the key's name.

use std::fmt;
use std::net::SocketAddr;

use chrono_tz::Tz;
use ipnet::IpNet;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer, de::Error as _};
use shared_kernel::EmailAddress;
use url::Url;

/// A text that is never shown.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text, unless it is empty.
    pub fn given(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "(not set)"
        } else {
            "(set)"
        })
    }
}

fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    key: &str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::custom(format!("{key} must be {expected}, not {text:?}")))
}

pub(super) fn bind<'de, D: Deserializer<'de>>(d: D) -> Result<SocketAddr, D::Error> {
    parsed(d, "http.bind", "address:port", |text| text.parse().ok())
}

pub(super) fn url_or_none<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
    parsed(d, "http.public_url", "an http(s) URL", |text| match text {
        "" => Some(None),
        text => Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(Some),
    })
}

pub(super) fn zone<'de, D: Deserializer<'de>>(d: D) -> Result<Tz, D::Error> {
    parsed(d, "shop.time_zone", "a zone such as Europe/Paris", |text| {
        text.parse().ok()
    })
}

pub(super) fn algorithm<'de, D: Deserializer<'de>>(d: D) -> Result<Algorithm, D::Error> {
    parsed(
        d,
        "auth.algorithm",
        "HS256, RS256, ES256 or EdDSA",
        |text| match text {
            "HS256" => Some(Algorithm::HS256),
            "RS256" => Some(Algorithm::RS256),
            "ES256" => Some(Algorithm::ES256),
            "EdDSA" => Some(Algorithm::EdDSA),
            _ => None,
        },
    )
}

pub(super) fn address<'de, D: Deserializer<'de>>(d: D) -> Result<EmailAddress, D::Error> {
    parsed(d, "mail.support", "an e-mail address", |text| {
        EmailAddress::parse(text).ok()
    })
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
            text => EmailAddress::parse(text).ok().map(Some),
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
        .map(|text| {
            parse(text).ok_or_else(|| {
                D::Error::custom(format!("{key} must hold {expected}, not {text:?}"))
            })
        })
        .collect()
}

pub(super) fn networks<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<IpNet>, D::Error> {
    list(
        d,
        "http.trusted_proxies",
        "networks such as 10.0.0.0/8",
        |text| text.parse().ok(),
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
        |text| is_name(text.trim()).then(|| text.trim().to_ascii_lowercase()),
    )
}

/// Never shown, not even what is wrong with one.
pub(super) fn keys<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Secret>, D::Error> {
    const SHORTEST: usize = 32;
    let keys = Vec::<String>::deserialize(d)?;
    if keys.iter().any(|key| key.trim().len() < SHORTEST) {
        let message = format!("http.trusted_keys must hold keys of {SHORTEST} characters or more");
        return Err(D::Error::custom(message));
    }
    let trimmed = keys.iter().map(|key| Secret::new(key.trim().to_owned()));
    Ok(trimmed.collect())
}

pub(super) fn addresses<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<EmailAddress>, D::Error> {
    list(d, "mail.escalation", "e-mail addresses", |text| {
        EmailAddress::parse(text).ok()
    })
}

pub(super) fn origins<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    list(
        d,
        "http.allowed_origins",
        "origins such as https://shop.example",
        |text| {
            let url = Url::parse(text).ok()?;
            let origin = url.origin().ascii_serialization();
            (url.has_host() && origin == text.trim_end_matches('/')).then_some(origin)
        },
    )
}
