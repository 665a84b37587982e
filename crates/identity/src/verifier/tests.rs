use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use settings::Secret;
use shared_kernel::Role;

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
fn a_claim_that_is_null_is_not_there() {
    let claims = |changed: &str| {
        let mut claims = json!({"sub": "u", "exp": now() + 60, "role": "staff", "level": 7,
            "email": "a@b.fr", "name": "Anne Petit", "iat": 1, "jti": "1"});
        claims[changed] = Value::Null;
        claims
    };
    for name in [
        "nbf", "iat", "jti", "aud", "iss", "id", "level", "role", "email", "name",
    ] {
        assert!(verifier().verify(&token(&claims(name))).is_ok(), "{name}");
    }
    for name in ["sub", "exp"] {
        assert!(verifier().verify(&token(&claims(name))).is_err(), "{name}");
    }
    for begins in [json!("soon"), json!([1]), json!(1e300)] {
        let claims = json!({"sub": "u", "exp": now() + 60, "nbf": begins});
        assert!(verifier().verify(&token(&claims)).is_err(), "{begins}");
    }
    let claims = json!({"sub": "u", "exp": now() + 60, "nbf": -1});
    assert!(verifier().verify(&token(&claims)).is_ok());
}

#[test]
fn a_token_needs_a_usable_subject_and_a_known_role() {
    for claims in [
        json!({"exp": now() + 60}),
        json!({"sub": "", "exp": now() + 60}),
        json!({"sub": {"a": 1}, "exp": now() + 60}),
        json!({"sub": "x".repeat(256), "exp": now() + 60}),
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

fn role_of(claims: &Value) -> Option<Role> {
    let session = verifier().verify(&token(claims)).ok()?;
    Some(session.actor.role)
}

fn id_of(claims: &Value) -> Option<String> {
    let session = verifier().verify(&token(claims)).ok()?;
    Some(session.actor.id.to_string())
}

#[test]
fn dates_may_have_a_fraction() {
    for (exp, taken) in [
        (
            json!(f64::from(i32::try_from(now()).unwrap()) + 60.25),
            true,
        ),
        (
            json!(f64::from(i32::try_from(now()).unwrap()) - 60.25),
            false,
        ),
        (json!(4.102_444_8e9), true),
    ] {
        let claims =
            json!({"sub": "u", "exp": exp, "iat": 1_700_000_000.5, "nbf": 1_700_000_000.999});
        assert_eq!(verifier().verify(&token(&claims)).is_ok(), taken, "{exp}");
    }
    let claims = json!({"sub": "u", "exp": 4_102_444_800.25});
    let session = verifier().verify(&token(&claims)).unwrap();
    assert_eq!(session.expires_at.timestamp_millis(), 4_102_444_800_250);
}

#[test]
fn a_date_beyond_the_year_9999_is_no_date() {
    for (exp, taken) in [
        (json!(claims::LAST_SECOND), true),
        (json!(claims::LAST_SECOND + 1), false),
        (json!((now() + 60) * 1_000), false),
        (json!(8_210_266_876_795_i64), false),
        (json!(i64::MAX), false),
        (json!(u64::MAX), false),
        (json!(1e17), false),
        (json!(1e300), false),
        (json!(-1), false),
        (json!("4102444800"), false),
        (json!([4_102_444_800_i64]), false),
    ] {
        let claims = json!({"sub": "u", "exp": exp});
        assert_eq!(verifier().verify(&token(&claims)).is_ok(), taken, "{exp}");
    }
}

#[test]
fn a_careless_issuer_is_told_of_once_and_a_forger_never() {
    let verifier = verifier();
    let careless = token(&json!({"sub": "u", "exp": (now() + 60) * 1_000}));
    for _ in 0..3 {
        assert!(verifier.verify(&careless).is_err());
        assert!(verifier.verify(&format!("{careless}x")).is_err());
    }
    assert!(
        verifier
            .verify(&token(&json!({"sub": "u", "exp": now() - 60})))
            .is_err()
    );
    let told = verifier.told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told.iter().all(|cause| cause.contains("milliseconds")),
        "{told:?}"
    );
}

#[test]
fn names_of_roles_compare_without_case() {
    for (word, role) in [
        ("Staff", Some(Role::Staff)),
        ("ADMIN", Some(Role::Admin)),
        ("Customer", Some(Role::Customer)),
        (" staff ", Some(Role::Staff)),
        ("root", None),
        ("", Some(Role::Customer)),
    ] {
        let claims = json!({"sub": "u", "exp": now() + 60, "role": word});
        assert_eq!(role_of(&claims), role, "{word:?}");
    }
    for word in [json!(["admin"]), json!(9), json!({"admin": true})] {
        let claims = json!({"sub": "u", "exp": now() + 60, "role": word});
        assert_eq!(role_of(&claims), None, "{word}");
    }
}

#[test]
fn a_level_may_be_a_number_of_any_spelling_and_nothing_else() {
    for (level, role) in [
        (json!("9"), Some(Role::Admin)),
        (json!(" 7 "), Some(Role::Staff)),
        (json!(8.0), Some(Role::Staff)),
        (json!(8.9), Some(Role::Staff)),
        (json!("6"), Some(Role::Customer)),
        (json!(-1), Some(Role::Customer)),
        (json!(u64::MAX), Some(Role::Admin)),
        (Value::Null, Some(Role::Customer)),
        (json!("admin"), None),
        (json!("NaN"), None),
        (json!(true), None),
        (json!([9]), None),
    ] {
        let claims = json!({"sub": "u", "exp": now() + 60, "level": level});
        assert_eq!(role_of(&claims), role, "{level}");
    }
    // Beside a role it is not looked at.
    let claims = json!({"sub": "u", "exp": now() + 60, "role": "customer", "level": {"a": 1}});
    assert_eq!(role_of(&claims), Some(Role::Customer));
}

#[test]
fn an_id_may_be_a_number_in_any_form_json_has_for_it() {
    for (claims, id) in [
        (json!({"sub": 42}), Some("42")),
        (json!({"id": 42.0}), Some("42")),
        (json!({"sub": null, "id": 1e3}), Some("1000")),
        (json!({"id": "user_7"}), Some("user_7")),
        (
            json!({"sub": 9_007_199_254_740_993_i64}),
            Some("9007199254740993"),
        ),
        (
            json!({"sub": "https://id.example/users/42?x=a%20b"}),
            Some("https://id.example/users/42?x=a%20b"),
        ),
        (
            json!({"sub": "auth0|507f1f77bcf86cd799439011"}),
            Some("auth0|507f1f77bcf86cd799439011"),
        ),
        (json!({"sub": 4.2}), None),
        (json!({"sub": 1e30}), None),
        (json!({"sub": true}), None),
        (json!({"sub": ["u"]}), None),
    ] {
        let mut claims = claims;
        claims["exp"] = json!(now() + 60);
        assert_eq!(id_of(&claims).as_deref(), id, "{claims}");
    }
}

#[test]
fn an_address_counts_only_where_the_issuer_says_yes_or_nothing() {
    for (verified, counts) in [
        (None, true),
        (Some(json!(true)), true),
        (Some(json!("true")), true),
        (Some(json!("True")), true),
        (Some(json!(false)), false),
        (Some(json!("false")), false),
        (Some(json!("")), false),
        (Some(json!(0)), false),
        // As if it were not there.
        (Some(Value::Null), true),
    ] {
        let mut claims = json!({"sub": "u", "exp": now() + 60, "email": "a@b.fr"});
        if let Some(verified) = &verified {
            claims["email_verified"] = verified.clone();
        }
        let actor = verifier().verify(&token(&claims)).unwrap().actor;
        assert_eq!(actor.email.is_some(), counts, "{verified:?}");
    }
    // What shows nothing is no reason to turn somebody away.
    let claims = json!({"sub": "u", "exp": now() + 60, "email": 1, "name": {"first": "Jean"}});
    let actor = verifier().verify(&token(&claims)).unwrap().actor;
    assert_eq!((actor.email, actor.name), (None, None));
}

#[test]
fn an_audience_may_be_a_list_and_an_issuer_may_not() {
    let shop = TokenVerifier::new(&section("shop", "guichet"), SECRET).unwrap();
    let claims =
        |iss: Value, aud: Value| json!({"sub": "u", "exp": now() + 60, "iss": iss, "aud": aud});
    let taken = |claims: Value| shop.verify(&token(&claims)).is_ok();
    assert!(taken(claims(json!("shop"), json!(["other", "guichet"]))));
    assert!(!taken(claims(json!("shop"), json!(["other"]))));
    assert!(!taken(claims(json!("shop"), json!([]))));
    assert!(!taken(claims(json!(["shop"]), json!("guichet"))));
    assert!(!taken(claims(json!(["other", "shop"]), json!("guichet"))));
    assert!(!taken(claims(Value::Null, json!("guichet"))));
    // Nor where none is asked for.
    let listed = json!({"sub": "u", "exp": now() + 60, "iss": ["shop"]});
    assert!(verifier().verify(&token(&listed)).is_err());
}

/// A token whose header has these members besides its algorithm.
fn token_headed(more: &Value) -> String {
    let mut header = json!({"alg": "HS256"});
    for (name, value) in more.as_object().unwrap() {
        header[name] = value.clone();
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"sub": "u", "exp": now() + 60});
    let signed = format!("{}.{}", part(&header), part(&claims));
    let key = EncodingKey::from_secret(SECRET);
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256);
    format!("{signed}.{}", signature.unwrap())
}

#[test]
fn a_header_that_asks_for_what_we_do_not_do_is_refused() {
    for (header, taken) in [
        (json!({}), true),
        (json!({"typ": "JWT"}), true),
        (json!({"typ": "jwt"}), true),
        (json!({"typ": "at+jwt"}), true),
        (json!({"typ": "application/at+jwt"}), true),
        (json!({"typ": "logout+jwt"}), false),
        (json!({"typ": "secevent+jwt"}), false),
        (json!({"kid": "any", "x5t": "abc", "more": {"a": 1}}), true),
        (
            json!({"crit": ["exp-policy"], "exp-policy": "strict"}),
            false,
        ),
        (json!({"crit": ["exp"]}), false),
        (json!({"crit": []}), false),
        (json!({"crit": "exp"}), false),
        (json!({"crit": ["b64"], "b64": false}), false),
        (json!({"b64": false}), false),
        (json!({"b64": true}), true),
        (json!({"zip": "DEF"}), false),
    ] {
        let token = token_headed(&header);
        assert_eq!(verifier().verify(&token).is_ok(), taken, "{header}");
    }
}

const EC_PRIVATE: &[u8] = b"-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgB80ZSQWU4MJeFHR9
/YXbMiAEUpkpURizXuQKcpzg+IChRANCAAQVRY+jhEJWC9bI3WC16mXKslU4lhJ2
+k5iKGVzkIaWyoOrd7vh83zXbfE28Q1tyKttMB5V4KSVUaNkveF4r9wf
-----END PRIVATE KEY-----
";

/// The public half of [`EC_PRIVATE`], with these members besides.
fn ec_key(more: &Value) -> Value {
    let mut key = json!({
        "kty": "EC", "crv": "P-256",
        "x": "FUWPo4RCVgvWyN1gteplyrJVOJYSdvpOYihlc5CGlso",
        "y": "g6t3u-HzfNdt8TbxDW3Iq20wHlXgpJVRo2S94Xiv3B8",
    });
    for (name, value) in more.as_object().unwrap() {
        key[name] = value.clone();
    }
    key
}

fn ec_token(kid: Option<&str>) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = kid.map(str::to_owned);
    let claims = json!({"sub": "u", "exp": now() + 60});
    encode(
        &header,
        &claims,
        &EncodingKey::from_ec_pem(EC_PRIVATE).unwrap(),
    )
    .unwrap()
}

/// Whether a set of keys checks a token; an error where it holds none that may.
fn set_takes(text: &str, token: &str) -> Result<bool, VerifierError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let section = AuthSection {
        algorithm: Algorithm::ES256,
        jwks_file: file.path().display().to_string(),
        ..section("", "")
    };
    Ok(TokenVerifier::new(&section, b"")?.verify(token).is_ok())
}

#[test]
fn a_key_that_is_not_there_for_signatures_checks_none() {
    for (more, taken) in [
        (json!({}), true),
        (json!({"use": "sig"}), true),
        (json!({"key_ops": ["verify"]}), true),
        (
            json!({"use": "sig", "key_ops": ["sign", "verify"], "alg": "ES256"}),
            true,
        ),
        (json!({"use": "enc"}), false),
        (json!({"use": "else"}), false),
        (json!({"key_ops": ["deriveKey"]}), false),
        (json!({"key_ops": []}), false),
        (json!({"use": "enc", "key_ops": ["verify"]}), false),
        (json!({"alg": "ES384"}), false),
    ] {
        let set = json!({"keys": [ec_key(&more)]}).to_string();
        let found = set_takes(&set, &ec_token(None));
        assert_eq!(found.is_ok_and(|found| found), taken, "{more}");
    }
    // Beside a key that may, one that may not still does not.
    let other = json!({"kty": "EC", "crv": "P-256", "kid": "sig", "use": "sig",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let set = json!({"keys": [ec_key(&json!({"use": "enc"})), other]}).to_string();
    assert!(!set_takes(&set, &ec_token(None)).unwrap());
}

#[test]
fn a_set_may_hold_kinds_of_keys_nobody_here_knows() {
    let unknown = json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "later", "pub": "AA"});
    let set = json!({"keys": [unknown, {}, 7, ec_key(&json!({"kid": "now"}))]}).to_string();
    assert!(set_takes(&set, &ec_token(Some("now"))).unwrap());
    assert!(set_takes(&set, &ec_token(None)).unwrap());
    assert!(!set_takes(&set, &ec_token(Some("later"))).unwrap());
    // An editor may have begun the file with a mark.
    assert!(set_takes(&format!("\u{feff}{set}"), &ec_token(None)).unwrap());
    assert!(set_takes(r#"{"keys": []}"#, &ec_token(None)).is_err());
}

#[test]
fn a_secret_checks_tokens_with_and_without_what_stands_around_it_in_its_file() {
    let plain = std::str::from_utf8(SECRET).unwrap();
    for written in [
        plain.to_owned(),
        format!("{plain}\n"),
        format!("{plain}\r\n"),
        format!("\u{feff}{plain}"),
        format!("\"{plain}\""),
    ] {
        let section = AuthSection {
            secret: Secret::new(written.clone()),
            ..section("", "")
        };
        let tidy = section.secret.given().unwrap().as_bytes().to_vec();
        assert_eq!(tidy, SECRET);
        let verifier = TokenVerifier::new(&section, &tidy).unwrap();
        let claims = json!({"sub": "u", "exp": now() + 60});
        for issuers in [SECRET, written.as_bytes()] {
            let signed = encode(
                &Header::default(),
                &claims,
                &EncodingKey::from_secret(issuers),
            );
            assert!(verifier.verify(&signed.unwrap()).is_ok(), "{written:?}");
        }
        let other = encode(
            &Header::default(),
            &claims,
            &EncodingKey::from_secret(b"\n"),
        );
        assert!(verifier.verify(&other.unwrap()).is_err());
    }
}
