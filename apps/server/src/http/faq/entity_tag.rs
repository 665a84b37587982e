//! `ETag` and `If-Match` of articles.
//!
//! What a tag says: [`entity_tag`]. Whoever writes cares for the version only, so `If-Match` compares nothing else.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::{ArticleFile, FaqError, Locale};
use views::faq::entity_tag;

use crate::http::contract::{Takes, Terms};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;

/// The entity tag of an article as it is shown.
pub fn tag(file: &ArticleFile, shown: &Locale) -> String {
    entity_tag(file.article.version, file.counters, shown)
}

/// The version the caller expects; `None` when any will do.
pub struct IfMatchArticle(pub Option<u64>);

impl FromRequest for IfMatchArticle {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given = request.headers().get(header::IF_MATCH);
        ready(
            match given.map(|value| value.to_str().unwrap_or_default().trim()) {
                None | Some("*") => Ok(Self(None)),
                // A tag that is not one of ours cannot match.
                Some(tag) => version(tag)
                    .map(|version| Self(Some(version)))
                    .ok_or_else(|| FaqError::VersionMismatch.into()),
            },
        )
    }
}

impl Takes for IfMatchArticle {
    fn tell(terms: &mut Terms) {
        IfMatch::tell(terms);
    }
}

fn version(tag: &str) -> Option<u64> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let written = inner.split('.').next()?;
    let version: u64 = written.parse().ok()?;
    // Tags are compared as they are written: `"01"` is not `"1"`.
    (version.to_string() == written).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_a_tag_is_compared() {
        assert_eq!(version("\"3.120-4-1.fr\""), Some(3));
        assert_eq!(version("\"3\""), Some(3));
        for none in ["3", "W/\"3\"", "\"03\"", "\"\"", "\"x.1\"", "\"+3\""] {
            assert_eq!(version(none), None, "{none}");
        }
    }
}
