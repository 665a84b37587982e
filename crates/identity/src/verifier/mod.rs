//! Bearer tokens: one algorithm, one key or key set, nothing taken from the header on trust.
//!
//! `header`: what a token may ask of us; `claims`: who it speaks of; `key_files`: what checks its
//! signature; `error`: why there is no verifier or no caller. To read one more claim: its line in
//! `claims::session`, and a row in `docs/SECURITY.md`.

mod claims;
mod error;
mod header;
mod key_files;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header, get_current_timestamp,
};
use settings::AuthSection;
use shared_kernel::Session;

use self::claims::{Claims, session};
pub use self::error::{TokenRefused, VerifierError};
use self::key_files::{NamedKey, key_of_pem, keys_of_set};

/// Clocks may differ by this much, in seconds.
pub const LEEWAY_SECONDS: u64 = 5;

/// Checks tokens.
pub struct TokenVerifier {
    keys: Vec<NamedKey>,
    validation: Validation,
    /// Why tokens that were signed as they should be were refused, as far as the log was told.
    told: Mutex<HashSet<String>>,
}

impl TokenVerifier {
    /// A verifier for what `[auth]` says; `secret` is used with HS256 only.
    ///
    /// # Errors
    /// [`VerifierError`] when there is no usable key.
    pub fn new(section: &AuthSection, secret: &[u8]) -> Result<Self, VerifierError> {
        let algorithm = section.algorithm;
        let keys = match algorithm {
            Algorithm::HS256 => keys_of_secret(section, secret),
            _ if !section.jwks_file.is_empty() => keys_of_set(&section.jwks_file, algorithm)?,
            _ if !section.public_key_file.is_empty() => {
                vec![key_of_pem(&section.public_key_file, algorithm)?]
            }
            other => return Err(VerifierError::NoKey(other)),
        };
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_SECONDS;
        // `claims` looks at it: the library takes `nbf: null` for one that cannot be read.
        validation.validate_nbf = false;
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
        Ok(Self {
            keys,
            validation,
            told: Mutex::default(),
        })
    }

    /// Checks a token and reads who it speaks of.
    ///
    /// # Errors
    /// [`TokenRefused`].
    pub fn verify(&self, token: &str) -> Result<Session, TokenRefused> {
        let header = decode_header(token).map_err(|_| TokenRefused::Invalid)?;
        if !header::is_understood(&header) {
            return Err(TokenRefused::Invalid);
        }
        let mut refused = TokenRefused::Invalid;
        let named =
            |kid: &Option<String>| kid.is_none() || header.kid.is_none() || *kid == header.kid;
        for (_, key) in self.keys.iter().filter(|(kid, _)| named(kid)) {
            match decode::<Claims>(token, key, &self.validation) {
                Ok(data) => {
                    let now = get_current_timestamp() + LEEWAY_SECONDS;
                    return session(&data.claims, now).map_err(|unusable| {
                        self.tell(&unusable.to_string());
                        TokenRefused::Invalid
                    });
                }
                Err(error) => match error.kind() {
                    ErrorKind::ExpiredSignature => refused = TokenRefused::Expired,
                    // Of these the signature was good: it is looked at first.
                    ErrorKind::InvalidIssuer
                    | ErrorKind::InvalidAudience
                    | ErrorKind::InvalidClaimFormat(_)
                    | ErrorKind::MissingRequiredClaim(_) => self.tell(&error.to_string()),
                    _ => {}
                },
            }
        }
        Err(refused)
    }

    /// A careless issuer would otherwise be found by nobody: its users only see that they are
    /// refused. Once a cause, since each of its tokens comes with every request; strangers cannot
    /// sign, so they cannot fill the log either.
    fn tell(&self, cause: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.insert(cause.to_owned()) {
            tracing::warn!(%cause, "tokens that are signed as they should be are refused; said once");
        }
    }
}

/// The secret, and as it was written: a line end that came with it may be part of the issuer's too.
fn keys_of_secret(section: &AuthSection, secret: &[u8]) -> Vec<NamedKey> {
    let written = section.secret.as_written().as_bytes();
    let other = section.secret.given().is_some() && written != secret;
    std::iter::once(secret)
        .chain(other.then_some(written))
        .map(|secret| (None, DecodingKey::from_secret(secret)))
        .collect()
}

#[cfg(test)]
pub(super) mod tests;
