//! The bearer token that a request or a handshake shows. Whether it is any good is for others to say.

use actix_web::http::header::{AUTHORIZATION, HeaderMap, SEC_WEBSOCKET_PROTOCOL};

const SCHEME: &str = "bearer";

/// The subprotocol that stands before a token, for browsers: they can set no header on a WebSocket.
pub const SUBPROTOCOL: &str = SCHEME;

/// There is an `Authorization` header, and it carries no bearer token, or says two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Authorization header carries not one bearer token")]
pub struct NotBearer;

/// The token of `Authorization: Bearer …`; none without the header.
///
/// # Errors
/// [`NotBearer`].
pub fn in_header(headers: &HeaderMap) -> Result<Option<&str>, NotBearer> {
    let mut lines = headers.get_all(AUTHORIZATION);
    let Some(value) = lines.next() else {
        return Ok(None);
    };
    // Which of two counts would be a guess, and whoever stands between may guess otherwise.
    if lines.any(|other| other != value) {
        return Err(NotBearer);
    }
    let text = value.to_str().map_err(|_| NotBearer)?;
    after_scheme(text).map(Some).ok_or(NotBearer)
}

fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, token) = text.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| token.trim())
}

/// The token in a text from a place where there is no header: many hand over what they have for
/// one, `Bearer …`. No token has a blank, so that is no other token's spelling.
pub fn bare(text: &str) -> &str {
    after_scheme(text).unwrap_or_else(|| text.trim())
}

/// The token of a handshake: of the header, or beside the subprotocol `bearer`.
pub fn in_handshake(headers: &HeaderMap) -> Option<&str> {
    let in_header = in_header(headers).ok().flatten();
    in_header.or_else(|| {
        let mut offered = headers
            .get_all(SEC_WEBSOCKET_PROTOCOL)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim);
        offered.find(|protocol| *protocol == SUBPROTOCOL)?;
        offered.next().filter(|token| !token.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderName;
    use actix_web::test::TestRequest;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        let request = TestRequest::default().insert_header((name, value));
        request.to_http_request().headers().clone()
    }

    #[test]
    fn a_header_carries_a_token_or_is_refused() {
        let of =
            |value| in_header(&headers(AUTHORIZATION, value)).map(|token| token.map(str::to_owned));
        assert_eq!(of("bearer a.b.c"), Ok(Some("a.b.c".to_owned())));
        assert_eq!(of("Bearer  a.b.c "), Ok(Some("a.b.c".to_owned())));
        for other in ["Basic a", "Bearer", ""] {
            assert_eq!(of(other), Err(NotBearer), "{other}");
        }
        assert_eq!(in_header(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn of_two_tokens_none_counts_and_one_said_twice_is_one() {
        let of = |one: &str, other: &str| {
            let request = TestRequest::default()
                .append_header((AUTHORIZATION, one))
                .append_header((AUTHORIZATION, other));
            let headers = request.to_http_request().headers().clone();
            in_header(&headers).map(|token| token.map(str::to_owned))
        };
        assert_eq!(
            of("Bearer a.b.c", "Bearer a.b.c"),
            Ok(Some("a.b.c".to_owned()))
        );
        for (one, other) in [
            ("Bearer a.b.c", "Bearer d.e.f"),
            ("Basic a", "Bearer a.b.c"),
            ("Bearer a", ""),
        ] {
            assert_eq!(of(one, other), Err(NotBearer), "{one}, {other}");
        }
    }

    #[test]
    fn a_token_may_come_as_it_would_stand_in_the_header() {
        for text in [
            "a.b.c",
            "Bearer a.b.c",
            "bearer  a.b.c",
            " BEARER a.b.c\n",
            " a.b.c ",
        ] {
            assert_eq!(bare(text), "a.b.c", "{text:?}");
        }
        for other in ["Basic a.b.c", "Bearer", "Bearera.b.c"] {
            assert_eq!(bare(other), other);
        }
    }

    #[test]
    fn a_handshake_shows_it_in_the_header_or_beside_the_subprotocol() {
        let of = |name, value| in_handshake(&headers(name, value)).map(ToOwned::to_owned);
        assert_eq!(of(AUTHORIZATION, "bearer a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(of(AUTHORIZATION, "Basic a"), None);
        assert_eq!(
            of(SEC_WEBSOCKET_PROTOCOL, "bearer, a.b.c").as_deref(),
            Some("a.b.c")
        );
        assert_eq!(of(SEC_WEBSOCKET_PROTOCOL, "chat, a.b.c"), None);
        assert_eq!(of(SEC_WEBSOCKET_PROTOCOL, "bearer,"), None);
    }
}
