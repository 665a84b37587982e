//! The door every dialect shares: who may open a socket, and where the token is found.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, HOST, HeaderMap, ORIGIN, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL,
};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;
use url::Url;

use super::admission::CapReached;

/// Why a handshake was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeRefused {
    /// A page of another site.
    #[error("Origine non autorisée")]
    Origin,
    /// Too many connections from one address.
    #[error("Trop de connexions depuis cette adresse")]
    TooManyFromAddress,
    /// The server is stopping, or full.
    #[error("Service momentanément indisponible")]
    Unavailable,
}

impl HandshakeRefused {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Origin => "origin_not_allowed",
            Self::TooManyFromAddress => "too_many_connections",
            Self::Unavailable => "unavailable",
        }
    }
}

impl From<CapReached> for HandshakeRefused {
    fn from(cap: CapReached) -> Self {
        match cap {
            CapReached::Address => Self::TooManyFromAddress,
            CapReached::Process => Self::Unavailable,
        }
    }
}

impl ResponseError for HandshakeRefused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Origin => StatusCode::FORBIDDEN,
            Self::TooManyFromAddress => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        if *self != Self::Origin {
            response.insert_header((RETRY_AFTER, "5"));
        }
        response.content_type("application/problem+json").body(
            json!({
                "type": "about:blank", "title": status.canonical_reason(),
                "status": status.as_u16(), "statusCode": status.as_u16(),
                "code": self.code(), "detail": self.to_string(), "message": self.to_string(),
            })
            .to_string(),
        )
    }
}

/// `Authorization: Bearer <jwt>`, else the subprotocols `bearer, <jwt>` (all a browser can set).
pub(super) fn token_in_headers(headers: &HeaderMap) -> Option<String> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then(|| token.trim().to_owned())
        });
    bearer.or_else(|| {
        let mut offered = headers
            .get_all(SEC_WEBSOCKET_PROTOCOL)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim);
        offered.find(|protocol| *protocol == "bearer")?;
        offered.next().map(ToOwned::to_owned)
    })
}

/// Browsers send cookies and headers of their own to any site, so a page must be one of this host
/// or of the list; clients that are no browser send no origin.
pub(super) fn origin_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Some(origin) = origin
        .to_str()
        .ok()
        .and_then(|origin| Url::parse(origin).ok())
    else {
        return false;
    };
    let name = origin.origin().ascii_serialization();
    if allowed
        .iter()
        .any(|one| one.trim_end_matches('/').eq_ignore_ascii_case(&name))
    {
        return true;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let own = host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    own.is_some_and(|own| origin.has_host() && own.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn allowed(origin: &str, allowed: &[&str]) -> bool {
        let request = TestRequest::default()
            .insert_header((ORIGIN, origin))
            .insert_header((HOST, "desk.example"))
            .to_http_request();
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        origin_allowed(request.headers(), &allowed)
    }

    #[test]
    fn without_a_list_only_pages_of_the_same_host_may_connect() {
        assert!(allowed("https://desk.example", &[]));
        for origin in [
            "https://evil.example",
            "https://desk.example.evil",
            "null",
            "file://",
            "https://desk.example:444",
        ] {
            assert!(!allowed(origin, &[]), "{origin}");
        }
    }

    #[test]
    fn with_a_list_its_origins_may_connect_too() {
        assert!(allowed("https://shop.example", &["https://shop.example/"]));
        assert!(allowed("https://desk.example", &["https://shop.example"]));
        assert!(!allowed("https://evil.example", &["https://shop.example"]));
        assert!(!allowed(
            "https://shop.example.evil",
            &["https://shop.example"]
        ));
    }

    #[test]
    fn a_client_that_is_no_browser_sends_no_origin() {
        let request = TestRequest::default().to_http_request();
        assert!(origin_allowed(
            request.headers(),
            &["https://shop.example".to_owned()]
        ));
    }

    #[test]
    fn the_token_is_found_in_the_header_or_beside_the_subprotocol() {
        let of = |name, value: &str| {
            let request = TestRequest::default()
                .insert_header((name, value))
                .to_http_request();
            token_in_headers(request.headers())
        };
        assert_eq!(
            of("Authorization", "bearer a.b.c").as_deref(),
            Some("a.b.c")
        );
        assert_eq!(of("Authorization", "Basic a"), None);
        assert_eq!(
            of("Sec-WebSocket-Protocol", "bearer, a.b.c").as_deref(),
            Some("a.b.c")
        );
        assert_eq!(of("Sec-WebSocket-Protocol", "chat, a.b.c"), None);
    }
}
