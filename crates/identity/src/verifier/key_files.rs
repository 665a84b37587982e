//! Public keys, read from files at the start.

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::error::VerifierError;

/// A key, with the name tokens call it by where it has one.
pub(super) type NamedKey = (Option<String>, DecodingKey);

/// Editors put it at the beginning of a file; it is no part of what is written there.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

fn read(path: &str) -> Result<Vec<u8>, VerifierError> {
    let bytes = std::fs::read(path).map_err(|error| VerifierError::File(path.to_owned(), error))?;
    Ok(match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(plain) => plain.to_vec(),
        None => bytes,
    })
}

/// The one key of a PEM file.
pub(super) fn key_of_pem(path: &str, algorithm: Algorithm) -> Result<NamedKey, VerifierError> {
    let pem = read(path)?;
    let key = match algorithm {
        Algorithm::RS256 => DecodingKey::from_rsa_pem(&pem),
        Algorithm::ES256 => DecodingKey::from_ec_pem(&pem),
        _ => DecodingKey::from_ed_pem(&pem),
    };
    let key = key.map_err(|_| VerifierError::Key(path.to_owned(), algorithm))?;
    Ok((None, key))
}

/// A set may hold kinds of keys we do not know; they are passed over (RFC 7517 §5).
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// The keys of a set that may check a signature of this algorithm.
pub(super) fn keys_of_set(
    path: &str,
    algorithm: Algorithm,
) -> Result<Vec<NamedKey>, VerifierError> {
    let none = || VerifierError::Key(path.to_owned(), algorithm);
    let set: KeySet = serde_json::from_slice(&read(path)?).map_err(|_| none())?;
    let keys: Vec<_> = set
        .keys
        .into_iter()
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
        .filter(|key| may_verify(key, algorithm))
        .filter_map(|key| Some((key.common.key_id.clone(), DecodingKey::from_jwk(&key).ok()?)))
        .collect();
    if keys.is_empty() {
        Err(none())
    } else {
        Ok(keys)
    }
}

/// Whether a key is of the algorithm's kind, and meant for signatures: one that is there for
/// encryption proves nothing (RFC 7517 §4.2 and §4.3).
fn may_verify(key: &Jwk, algorithm: Algorithm) -> bool {
    let (named, of_its_kind) = match (algorithm, &key.algorithm) {
        (Algorithm::RS256, AlgorithmParameters::RSA(_)) => (KeyAlgorithm::RS256, true),
        (Algorithm::ES256, AlgorithmParameters::EllipticCurve(curve)) => {
            (KeyAlgorithm::ES256, curve.curve == EllipticCurve::P256)
        }
        (Algorithm::EdDSA, AlgorithmParameters::OctetKeyPair(pair)) => {
            (KeyAlgorithm::EdDSA, pair.curve == EllipticCurve::Ed25519)
        }
        _ => return false,
    };
    let common = &key.common;
    let to_sign = |use_: &PublicKeyUse| *use_ == PublicKeyUse::Signature;
    let to_verify = |all: &Vec<KeyOperations>| all.contains(&KeyOperations::Verify);
    of_its_kind
        && common.key_algorithm.is_none_or(|own| own == named)
        && common.public_key_use.as_ref().is_none_or(to_sign)
        && common.key_operations.as_ref().is_none_or(to_verify)
}
