use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;
use settings::Secret;

use super::*;

const SECRET: &[u8] = b"a secret of more than thirty-two bytes";

fn section(issuer: &str, audience: &str) -> AuthSection {
    AuthSection {
        secret: Secret::default(),
        algorithm: Algorithm::HS256,
        public_key_file: String::new(),
        jwks_file: String::new(),
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
    }
}

pub(crate) fn verifier() -> TokenVerifier {
    TokenVerifier::new(&section("", ""), SECRET).unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the library that checks a token reads the wall clock itself"
)]
pub(crate) fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

pub(crate) fn token(claims: &Value) -> String {
    encode(
        &Header::new(Algorithm::HS256),
        claims,
        &EncodingKey::from_secret(SECRET),
    )
    .unwrap()
}

#[test]
fn the_role_claim_decides_else_the_level() {
    for (claims, role) in [
        (
            json!({"sub": "u", "exp": now() + 60, "role": "staff", "level": 1}),
            Role::Staff,
        ),
        (
            json!({"sub": "u", "exp": now() + 60, "level": 9}),
            Role::Admin,
        ),
        (
            json!({"sub": "u", "exp": now() + 60, "level": 7}),
            Role::Staff,
        ),
        (
            json!({"sub": "u", "exp": now() + 60, "level": 6}),
            Role::Customer,
        ),
        (json!({"id": 42, "exp": now() + 60}), Role::Customer),
    ] {
        assert_eq!(
            verifier().verify(&token(&claims)).unwrap().actor.role,
            role,
            "{claims}"
        );
    }
}

#[test]
fn an_address_the_issuer_does_not_vouch_for_is_not_ours_to_believe() {
    let claims = json!({"sub": "u", "exp": now() + 60, "email": "a@b.fr", "email_verified": false});
    assert_eq!(
        verifier().verify(&token(&claims)).unwrap().actor.email,
        None
    );
}

#[test]
fn expiry_and_not_before_have_five_seconds_of_leeway() {
    let verify = |claims: Value| verifier().verify(&token(&claims)).map(|_| ());
    assert_eq!(verify(json!({"sub": "u", "exp": now() - 3})), Ok(()));
    assert_eq!(
        verify(json!({"sub": "u", "exp": now() - 8})),
        Err(TokenRefused::Expired)
    );
    assert_eq!(
        verify(json!({"sub": "u", "exp": now() + 60, "nbf": now() + 3})),
        Ok(())
    );
    assert!(verify(json!({"sub": "u", "exp": now() + 60, "nbf": now() + 9})).is_err());
    assert!(verify(json!({"sub": "u"})).is_err(), "exp is required");
}

#[test]
fn a_token_needs_a_usable_subject_and_a_known_role() {
    for claims in [
        json!({"exp": now() + 60}),
        json!({"sub": "", "exp": now() + 60}),
        json!({"sub": {"a": 1}, "exp": now() + 60}),
        json!({"sub": "x".repeat(51), "exp": now() + 60}),
        json!({"sub": "u", "exp": now() + 60, "role": "root"}),
        json!({"sub": "u", "exp": "soon"}),
    ] {
        assert!(verifier().verify(&token(&claims)).is_err(), "{claims}");
    }
}

#[test]
fn forged_tokens_are_refused() {
    let claims = json!({"sub": "u", "exp": now() + 60, "role": "admin"});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let good = token(&claims);
    let unsigned = good.rsplit_once('.').unwrap().0;
    let mut forged = vec![
        String::new(),
        "a.b.c".to_owned(),
        unsigned.to_owned(),
        format!("{unsigned}."),
        format!("{good}x"),
        encode(
            &Header::new(Algorithm::HS384),
            &claims,
            &EncodingKey::from_secret(SECRET),
        )
        .unwrap(),
        encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &EncodingKey::from_secret(b"another"),
        )
        .unwrap(),
    ];
    for alg in ["none", "None", "NONE", "nOnE"] {
        forged.push(format!(
            "{}.{}.",
            part(&json!({"alg": alg, "typ": "JWT"})),
            part(&claims)
        ));
    }
    for token in forged {
        assert!(verifier().verify(&token).is_err(), "{token}");
    }
}

#[test]
fn a_configured_issuer_and_audience_are_required() {
    let verifier = TokenVerifier::new(&section("shop", "guichet"), SECRET).unwrap();
    let verify = |claims: Value| verifier.verify(&token(&claims)).is_ok();
    assert!(verify(
        json!({"sub": "u", "exp": now() + 60, "iss": "shop", "aud": "guichet"})
    ));
    for claims in [
        json!({"sub": "u", "exp": now() + 60}),
        json!({"sub": "u", "exp": now() + 60, "iss": "shop"}),
        json!({"sub": "u", "exp": now() + 60, "aud": "guichet"}),
        json!({"sub": "u", "exp": now() + 60, "iss": "other", "aud": "guichet"}),
        json!({"sub": "u", "exp": now() + 60, "iss": 1, "aud": 2}),
    ] {
        assert!(!verify(claims.clone()), "{claims}");
    }
}
