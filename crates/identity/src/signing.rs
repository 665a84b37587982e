//! Signs tokens, for people who try the server out and for tests.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value};
use shared_kernel::{Role, UserId};

/// What a token says.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whom it speaks of.
    pub id: UserId,
    /// What they may do.
    pub role: Role,
    /// Their address.
    pub email: Option<String>,
    /// What others see them called.
    pub name: Option<String>,
    /// Who vouches for it.
    pub issuer: Option<String>,
    /// Whom it is for.
    pub audience: Option<String>,
    /// How long it is good.
    pub lasts: TimeDelta,
}

/// Signs a token with HS256.
///
/// # Errors
/// The library's, which for a secret of any length is none.
pub fn sign(
    token: &NewToken,
    secret: &[u8],
    now: DateTime<Utc>,
) -> Result<String, jsonwebtoken::errors::Error> {
    let mut claims = Map::new();
    claims.insert("sub".into(), token.id.as_str().into());
    claims.insert("role".into(), token.role.as_str().into());
    claims.insert("iat".into(), now.timestamp().into());
    let until = now.checked_add_signed(token.lasts);
    let until = until.unwrap_or(DateTime::<Utc>::MAX_UTC);
    claims.insert("exp".into(), until.timestamp().into());
    let optional = [
        ("email", &token.email),
        ("name", &token.name),
        ("iss", &token.issuer),
        ("aud", &token.audience),
    ];
    for (claim, value) in optional {
        if let Some(value) = value {
            claims.insert(claim.into(), value.as_str().into());
        }
    }
    encode(
        &Header::new(Algorithm::HS256),
        &Value::Object(claims),
        &EncodingKey::from_secret(secret),
    )
}
