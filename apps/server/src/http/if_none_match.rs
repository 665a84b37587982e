//! `If-None-Match`: whether the reader has this already.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};

/// Whether the reader's own copy has this entity tag. Compared weakly, as RFC 9110 asks.
pub fn is_held(request: &HttpRequest, tag: &HeaderValue) -> bool {
    request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|held| held == b"*" || held.strip_prefix(b"W/").unwrap_or(held) == tag.as_bytes())
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
            ("\"1\", \"3.120-4-1.fr\"", true),
            ("*", true),
            ("\"3.120-4-1.en\"", false),
            ("3.120-4-1.fr", false),
            ("", false),
        ] {
            let request = TestRequest::default().insert_header((header::IF_NONE_MATCH, sent));
            assert_eq!(is_held(&request.to_http_request(), &tag), held, "{sent}");
        }
    }
}
