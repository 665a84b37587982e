//! Bearer tokens: one algorithm, one key or key set, nothing taken from the header on trust.

use chrono::DateTime;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;
use settings::AuthSection;
use shared_kernel::{Actor, EmailAddress, Role, Session, UserId, given_name};

/// Clocks may differ by this much, in seconds.
pub const LEEWAY_SECONDS: u64 = 5;

/// Why a token was refused. Says nothing about the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
    /// Forged, cut, or of somebody we do not believe.
    #[error("the token is not valid")]
    Invalid,
    /// None was shown.
    #[error("there is no token")]
    Missing,
}

impl TokenRefused {
    /// The stable code of error answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "token_expired",
            Self::Invalid => "invalid_token",
            Self::Missing => "unauthorized",
        }
    }
}

/// Why no verifier could be made.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// This file of keys cannot be read.
    #[error("cannot read {0}")]
    File(String, #[source] std::io::Error),
    /// This file can be read, and is no key of that kind.
    #[error("{0} holds no key for {1:?}")]
    Key(String, Algorithm),
    /// Neither file is configured.
    #[error("auth.algorithm {0:?} needs auth.public_key_file or auth.jwks_file")]
    NoKey(Algorithm),
}

/// Checks tokens.
pub struct TokenVerifier {
    keys: Vec<(Option<String>, DecodingKey)>,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<Value>,
    id: Option<Value>,
    email: Option<String>,
    email_verified: Option<bool>,
    name: Option<String>,
    role: Option<String>,
    level: Option<i64>,
    exp: i64,
}

impl TokenVerifier {
    /// A verifier for what `[auth]` says; `secret` is used with HS256 only.
    ///
    /// # Errors
    /// [`VerifierError`] when there is no usable key.
    pub fn new(section: &AuthSection, secret: &[u8]) -> Result<Self, VerifierError> {
        let algorithm = section.algorithm;
        let keys = match algorithm {
            Algorithm::HS256 => vec![(None, DecodingKey::from_secret(secret))],
            _ if !section.jwks_file.is_empty() => keys_of_set(&section.jwks_file, algorithm)?,
            _ if !section.public_key_file.is_empty() => {
                vec![(None, key_of_pem(&section.public_key_file, algorithm)?)]
            }
            other => return Err(VerifierError::NoKey(other)),
        };
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        let mut required = vec!["exp"];
        // The library accepts a token without the claim even when a value is configured.
        if section.audience.is_empty() {
            validation.validate_aud = false;
        } else {
            validation.set_audience(&[&section.audience]);
            required.push("aud");
        }
        if !section.issuer.is_empty() {
            validation.set_issuer(&[&section.issuer]);
            required.push("iss");
        }
        validation.set_required_spec_claims(&required);
        Ok(Self { keys, validation })
    }

    /// Checks a token and reads who it speaks of.
    ///
    /// # Errors
    /// [`TokenRefused`].
    pub fn verify(&self, token: &str) -> Result<Session, TokenRefused> {
        let header = decode_header(token).map_err(|_| TokenRefused::Invalid)?;
        let mut refused = TokenRefused::Invalid;
        let named =
            |kid: &Option<String>| kid.is_none() || header.kid.is_none() || *kid == header.kid;
        for (_, key) in self.keys.iter().filter(|(kid, _)| named(kid)) {
            match decode::<Claims>(token, key, &self.validation) {
                Ok(data) => return session(data.claims),
                Err(error) => {
                    if matches!(
                        error.kind(),
                        jsonwebtoken::errors::ErrorKind::ExpiredSignature
                    ) {
                        refused = TokenRefused::Expired;
                    }
                }
            }
        }
        Err(refused)
    }
}

fn session(claims: Claims) -> Result<Session, TokenRefused> {
    let id = claims
        .sub
        .as_ref()
        .or(claims.id.as_ref())
        .and_then(user_id)
        .ok_or(TokenRefused::Invalid)?;
    let role = match (&claims.role, claims.level.unwrap_or_default()) {
        (Some(role), _) => Role::parse(role).ok_or(TokenRefused::Invalid)?,
        (None, 9..) => Role::Admin,
        (None, 7..=8) => Role::Staff,
        (None, _) => Role::Customer,
    };
    let vouched = claims.email_verified.unwrap_or(true);
    let own = claims.email.as_deref();
    let name = claims.name.and_then(|name| given_name(&name, own));
    let email = claims
        .email
        .filter(|_| vouched)
        .and_then(|text| EmailAddress::parse(text).ok());
    let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(TokenRefused::Invalid)?;
    Ok(Session {
        actor: Actor {
            id,
            role,
            email,
            name,
        },
        expires_at,
    })
}

/// Earlier systems put a number where others put a text.
fn user_id(value: &Value) -> Option<UserId> {
    match value {
        Value::String(text) => UserId::parse(text.as_str()).ok(),
        Value::Number(number) => UserId::parse(number.to_string()).ok(),
        _ => None,
    }
}

fn read(path: &str) -> Result<Vec<u8>, VerifierError> {
    std::fs::read(path).map_err(|error| VerifierError::File(path.to_owned(), error))
}

fn key_of_pem(path: &str, algorithm: Algorithm) -> Result<DecodingKey, VerifierError> {
    let pem = read(path)?;
    let key = match algorithm {
        Algorithm::RS256 => DecodingKey::from_rsa_pem(&pem),
        Algorithm::ES256 => DecodingKey::from_ec_pem(&pem),
        _ => DecodingKey::from_ed_pem(&pem),
    };
    key.map_err(|_| VerifierError::Key(path.to_owned(), algorithm))
}

fn keys_of_set(
    path: &str,
    algorithm: Algorithm,
) -> Result<Vec<(Option<String>, DecodingKey)>, VerifierError> {
    let none = || VerifierError::Key(path.to_owned(), algorithm);
    let set: JwkSet = serde_json::from_slice(&read(path)?).map_err(|_| none())?;
    let keys: Vec<_> = set
        .keys
        .iter()
        .filter(|jwk| {
            jwk.common
                .key_algorithm
                .is_none_or(|named| named.to_string() == format!("{algorithm:?}"))
        })
        .filter_map(|jwk| Some((jwk.common.key_id.clone(), DecodingKey::from_jwk(jwk).ok()?)))
        .collect();
    if keys.is_empty() {
        Err(none())
    } else {
        Ok(keys)
    }
}

#[cfg(test)]
pub(super) mod tests;
