//! The door every dialect shares: who may open a socket. How a refusal is answered is said by the
//! server around it (`Ports::answer_refused`).

pub(crate) mod admission;

use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use url::Url;

use self::admission::CapReached;

/// Why a handshake was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeRefused {
    /// A page of another site.
    #[error("pages of this origin may not open sockets")]
    Origin,
    /// Too many connections from one address.
    #[error("too many connections from this address")]
    TooManyFromAddress,
    /// The server is stopping, or full.
    #[error("the server is stopping, or full")]
    Unavailable,
}

impl From<CapReached> for HandshakeRefused {
    fn from(cap: CapReached) -> Self {
        match cap {
            CapReached::Address => Self::TooManyFromAddress,
            CapReached::Process => Self::Unavailable,
        }
    }
}

/// Browsers send cookies and headers of their own to any site, so a page must be one of the list;
/// without a list, one of the host it asks. Clients that are no browser send no origin.
pub(crate) fn origin_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    if !allowed.is_empty() {
        // As browsers write it: apps made of web pages have schemes no URL standard knows.
        let origin = origin.trim_end_matches('/');
        return allowed.iter().any(|one| one.eq_ignore_ascii_case(origin));
    }
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
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
    fn with_a_list_its_origins_alone_may_connect() {
        assert!(allowed("https://shop.example", &["https://shop.example"]));
        assert!(allowed("HTTPS://Shop.example/", &["https://shop.example"]));
        assert!(allowed("capacitor://localhost", &["capacitor://localhost"]));
        assert!(!allowed("capacitor://localhost", &["ionic://localhost"]));
        assert!(!allowed("https://desk.example", &["https://shop.example"]));
        assert!(!allowed("null", &["capacitor://localhost"]));
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
}
