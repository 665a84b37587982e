//! `Accept-Language`.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::{Languages, Locale};

use crate::http::contract::{Takes, Terms};

/// Languages read of one header; more than anybody speaks.
const MAX: usize = 20;

/// The languages the reader's program says they prefer, best first.
pub struct Preferred(Vec<Locale>);

impl Preferred {
    /// What the reader understands: the one asked for, then these.
    pub fn after(self, asked: Option<Locale>) -> Languages {
        Languages::new(asked, self.0)
    }
}

impl FromRequest for Preferred {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let lines = request.headers().get_all(header::ACCEPT_LANGUAGE);
        let texts: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        ready(Ok(Self(read(&texts.join(",")))))
    }
}

impl Takes for Preferred {
    fn tell(terms: &mut Terms) {
        terms.header(
            "Accept-Language",
            "Languages to answer in, best first; French when none is known.",
        );
    }
}

/// `fr-BE, en;q=0.8`: by weight, equal ones as they stand. What is no language is passed over: a
/// preference is no demand.
fn read(header: &str) -> Vec<Locale> {
    let mut weighed: Vec<(u16, Locale)> = header
        .split(',')
        .take(MAX)
        .filter_map(|part| {
            let mut pieces = part.split(';').map(str::trim);
            let locale = Locale::parse(pieces.next()?)?;
            let weight = pieces.find_map(|piece| {
                let (name, weight) = piece.split_once('=')?;
                let is_weight = name.trim().eq_ignore_ascii_case("q");
                is_weight.then_some(weight.trim())
            });
            let weight = weight.map_or(Some(1_000), thousandths)?;
            (weight > 0).then_some((weight, locale))
        })
        .collect();
    weighed.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighed.into_iter().map(|(_, locale)| locale).collect()
}

/// `0.8` is 800.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    if rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_ordered_by_weight_and_nonsense_is_passed_over() {
        for (header, expected) in [
            ("", vec![]),
            ("fr-BE,fr;q=0.9,en;q=0.8", vec!["fr-be", "fr", "en"]),
            ("en;q=0.5, de;q=0.75, fr", vec!["fr", "de", "en"]),
            ("*, en;q=0, es;q=x, ;;, it ; q=1.0", vec!["it"]),
            ("en;Q=0.5, fr; q = 0.9", vec!["fr", "en"]),
            ("en_US,fr_BE;q=0.9", vec!["en-us", "fr-be"]),
        ] {
            let read = read(header);
            let tags: Vec<_> = read.iter().map(Locale::as_str).collect();
            assert_eq!(tags, expected, "{header:?}");
        }
    }
}
