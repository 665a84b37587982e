//! Names a request in logs and answers.

use std::fmt;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderName, HeaderValue};

/// Where it stands, in requests and answers.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An id, as the header carries it.
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    /// Takes a sane id the caller sent, so that one id follows a request through several systems.
    pub(super) fn of(request: &ServiceRequest) -> Self {
        let sane = |id: &&HeaderValue| {
            (8..=64).contains(&id.len())
                && id
                    .as_bytes()
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let sent = request.headers().get(&REQUEST_ID).filter(sane);
        Self(sent.cloned().unwrap_or_else(fresh))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// From the thread's own generator: no system call each.
fn fresh() -> HeaderValue {
    HeaderValue::try_from(format!("{:032x}", rand::random::<u128>()))
        .unwrap_or_else(|_| HeaderValue::from_static("unnamed"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use actix_web::test::TestRequest;

    use super::*;

    fn id_of(sent: &str) -> String {
        let request = TestRequest::default().insert_header((REQUEST_ID, sent));
        RequestId::of(&request.to_srv_request()).to_string()
    }

    #[test]
    fn a_sane_id_is_taken_and_anything_else_is_not() {
        assert_eq!(id_of("from-elsewhere_1"), "from-elsewhere_1");
        for bad in ["", "short", "with space", "a\"quote..", &"x".repeat(65)] {
            assert_ne!(id_of(bad), bad);
        }
    }

    #[test]
    fn no_two_requests_share_an_id() {
        let ids: HashSet<String> = (0..10_000).map(|_| id_of("")).collect();
        assert_eq!(ids.len(), 10_000);
        let hexadecimal = |id: &String| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(ids.iter().all(hexadecimal));
    }
}
