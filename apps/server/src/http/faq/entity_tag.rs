//! `ETag` and `If-Match` of articles.
//!
//! What a tag says: [`entity_tag`]. Whoever writes cares for the version only, so `If-Match` compares nothing else.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use faq_domain::{ArticleFile, Locale};
use request_text::entity_tags::as_made;
use shared_kernel::Versions;
use views::faq::entity_tag;

use crate::http::precondition;
use crate::http::problem::Problem;

/// The entity tag of an article as it is shown.
pub fn tag(file: &ArticleFile, shown: &Locale) -> String {
    entity_tag(file.article.version, file.counters, shown)
}

/// The versions the caller expects; `None` when any will do.
pub struct IfMatchArticle(pub Option<Versions>);

impl FromRequest for IfMatchArticle {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(precondition::expected(request, version))))
    }
}

/// The version in a tag, which stands before the first point.
fn version(tag: &str) -> Option<u64> {
    let written = tag
        .split_once('.')
        .map_or(as_made(tag), |(written, _)| written);
    precondition::version(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_a_tag_is_compared() {
        for tag in [
            "3.120-4-1.fr",
            "3",
            "3.120-4-1.pt-br",
            "3-gzip",
            "3.1-0-0.fr-gzip",
        ] {
            assert_eq!(version(tag), Some(3), "{tag}");
        }
        for none in ["", "03", "x.1", "+3", "03.1-0-0.fr", "-3"] {
            assert_eq!(version(none), None, "{none}");
        }
    }
}
