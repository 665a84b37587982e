//! Who writes and listens: users with a token each, all for the same secret.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use crate::Outcome;

/// What the servers' tokens are signed with.
pub(crate) const SECRET: &str = "a-secret-for-measurements-of-enough-bytes-0123456789";
const LASTING_SECONDS: u64 = 86_400;

/// A user and their token.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Person {
    pub(crate) fn customer(number: usize) -> Outcome<Self> {
        Self::new(format!("cst-bench-{number}"), "customer")
    }

    pub(crate) fn staff(number: usize) -> Outcome<Self> {
        Self::new(format!("staff-bench-{number}"), "staff")
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a token lasts by the clock on the wall"
    )]
    fn new(id: String, role: &str) -> Outcome<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "sub": id, "role": role, "name": "Camille Bernard", "email": format!("{id}@example.com"),
            "iat": now, "exp": now + LASTING_SECONDS,
        });
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let token = encode(&Header::new(Algorithm::HS256), &claims, &key)?;
        Ok(Self { id, token })
    }
}
