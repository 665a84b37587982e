//! `If-None-Match`: whether the reader has this already.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use request_text::entity_tags::{EntityTags, as_made};

/// Whether the reader's own copy has this entity tag. Compared weakly, as RFC 9110 asks.
pub fn is_held(request: &HttpRequest, tag: &HeaderValue) -> bool {
    let lines = request.headers().get_all(header::IF_NONE_MATCH);
    let Some(tags) = EntityTags::read(lines.map(HeaderValue::as_bytes)) else {
        return false;
    };
    let Some(ours) = tag.to_str().ok().map(|tag| tag.trim_matches('"')) else {
        return tags.any;
    };
    // `-br` may be the region of a language: `3.120-4-1.pt-br`.
    let is_ours = |held: &&str| *held == ours || (as_made(held) == ours && !held.ends_with("-br"));
    tags.any || tags.opaque.iter().any(is_ours)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_copy_is_held_when_its_tag_is_among_those_sent() {
        let tag = HeaderValue::from_static("\"3.120-4-1.fr\"");
        for (sent, held) in [
            ("\"3.120-4-1.fr\"", true),
            ("W/\"3.120-4-1.fr\"", true),
            ("\"3.120-4-1.fr-gzip\"", true),
            ("\"1\", \"3.120-4-1.fr\"", true),
            ("*", true),
            ("\"3.120-4-1.en\"", false),
            ("\"3.120-4-1.fr-br\"", false),
            ("3.120-4-1.fr", false),
            ("", false),
        ] {
            let request = TestRequest::default().insert_header((header::IF_NONE_MATCH, sent));
            assert_eq!(is_held(&request.to_http_request(), &tag), held, "{sent}");
        }
    }

    #[test]
    fn a_copy_is_held_when_its_tag_stands_in_a_second_line() {
        let request = TestRequest::default()
            .append_header((header::IF_NONE_MATCH, "\"1\""))
            .append_header((header::IF_NONE_MATCH, "\"2\""));
        let tag = HeaderValue::from_static("\"2\"");
        assert!(is_held(&request.to_http_request(), &tag));
    }
}
