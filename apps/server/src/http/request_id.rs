//! Names a request in logs and answers.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// Requests counted, and the count made unreadable under a key of this process: nobody reads from
/// it how much is going on, and it costs less than asking the system for randomness each time.
fn fresh() -> HeaderValue {
    static KEYS: LazyLock<(RandomState, RandomState)> = LazyLock::new(Default::default);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let (one, other) = (KEYS.0.hash_one(count), KEYS.1.hash_one(count));
    let bytes = (u128::from(one) << 64) | u128::from(other);
    HeaderValue::from_bytes(&hexadecimal(bytes.to_be_bytes()))
        .unwrap_or_else(|_| HeaderValue::from_static("unnamed"))
}

fn hexadecimal(bytes: [u8; 16]) -> [u8; 32] {
    let digit = |value: u8| value + if value < 10 { b'0' } else { b'a' - 10 };
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    digits
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
        assert_eq!(
            super::hexadecimal(*b"\0\x0f\xa0456789abcdefg")[..6],
            *b"000fa0"
        );
    }
}
