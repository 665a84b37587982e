//! Paths of URLs.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The path without its one trailing slash; none when it has none to lose. More than one, and an empty piece anywhere
/// else, make another path: a proxy that forbids `/metrics` must not be led around by `//metrics`.
pub fn without_trailing_slash(path: &str) -> Option<&str> {
    path.strip_suffix('/')
        .filter(|rest| !rest.is_empty() && !rest.ends_with('/'))
}

/// Whether what is percent-encoded in it is UTF-8.
pub fn is_text(path: &str) -> bool {
    percent_decode_str(path).decode_utf8().is_ok()
}

/// A piece of a path as the router hands it over, with what it leaves encoded: `%2F`, `%25`, `%2B`.
pub fn piece(routed: &str) -> Cow<'_, str> {
    percent_decode_str(routed).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trailing_slash_is_no_part_of_the_name() {
        assert_eq!(
            without_trailing_slash("/api/messages/"),
            Some("/api/messages")
        );
        for path in ["/", "/api/messages", "//", "/api/messages//", ""] {
            assert_eq!(without_trailing_slash(path), None, "{path}");
        }
    }

    #[test]
    fn a_piece_may_have_what_parts_paths() {
        assert_eq!(
            piece("https:%2F%2Fissuer.example%2F7%25+%2B"),
            "https://issuer.example/7%++"
        );
    }

    #[test]
    fn a_path_of_bytes_that_are_no_text_is_told() {
        assert!(is_text("/rate/%C3%A9%EF%BF%BD"));
        for path in ["/rate/%ff", "/rate/%ed%a0%80", "/%C3/x"] {
            assert!(!is_text(path), "{path}");
        }
    }
}
