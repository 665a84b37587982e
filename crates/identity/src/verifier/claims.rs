//! What a token's claims say of its bearer. Issuers differ in form, so a claim is read as widely as
//! the standards let them write it (RFC 7519, `OpenID` Connect); what decides on a right is refused
//! where it cannot be read.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use shared_kernel::scalars::digits;
use shared_kernel::{Actor, EmailAddress, Role, Session, UserId, given_name};

/// The last second of the year 9999. A date beyond it is no date: mostly milliseconds where seconds
/// are due, which would make a token of an hour one of 56,000 years.
pub(super) const LAST_SECOND: i64 = 253_402_300_799;

/// Why claims that are signed as they should be are refused all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unusable {
    #[error("sub is not an id")]
    Subject,
    #[error("role is not customer, staff or admin")]
    Role,
    #[error("level is not a number")]
    Level,
    #[error("iss is not one text")]
    Issuer,
    #[error("exp is not a date before the year 10000: is it in milliseconds?")]
    Expiry,
    #[error("nbf is not a date before the year 10000: is it in milliseconds?")]
    Beginning,
    #[error("nbf is still to come: is the issuer's clock ahead?")]
    Early,
}

/// The claims of a token whose signature is good.
pub(super) type Claims = Map<String, Value>;

/// Who the claims speak of, and until when. `now` is what our clock may show at the most.
pub(super) fn session(claims: &Claims, now: u64) -> Result<Session, Unusable> {
    // `null` and `""` are how some write that a claim is not there.
    let is_blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
    let said = |value: &&Value| !value.is_null() && !is_blank(value);
    let claim = |name| claims.get(name).filter(said);
    if claim("iss").is_some_and(|issuer| !issuer.is_string()) {
        return Err(Unusable::Issuer);
    }
    let begins = claim("nbf").map(|nbf| date(nbf).ok_or(Unusable::Beginning));
    // One before 1970 has come.
    let begins = begins
        .transpose()?
        .map(|date| u64::try_from(date.timestamp()));
    if begins.is_some_and(|seconds| seconds.is_ok_and(|seconds| seconds > now)) {
        return Err(Unusable::Early);
    }
    let id = claim("sub").or_else(|| claim("id"));
    let text = |name| claim(name).and_then(Value::as_str);
    // An empty text is a word that says neither yes nor no.
    let vouching = claims.get("email_verified");
    let vouched = vouching.is_none_or(|word| word.is_null() || is_true(word));
    let email = text("email").filter(|_| vouched);
    Ok(Session {
        actor: Actor {
            id: id.and_then(user_id).ok_or(Unusable::Subject)?,
            role: role(claim("role"), claim("level"))?,
            email: email.and_then(|text| EmailAddress::parse(text).ok()),
            name: text("name").and_then(|name| given_name(name, text("email"))),
        },
        expires_at: claim("exp").and_then(date).ok_or(Unusable::Expiry)?,
    })
}

/// The word decides, else the number.
fn role(word: Option<&Value>, level: Option<&Value>) -> Result<Role, Unusable> {
    if let Some(word) = word {
        let word = word.as_str().map(str::trim);
        return word.and_then(Role::parse).ok_or(Unusable::Role);
    }
    Ok(match level.map_or(Some(0.0), number) {
        Some(9.0..) => Role::Admin,
        Some(7.0..) => Role::Staff,
        Some(_) => Role::Customer,
        None => return Err(Unusable::Level),
    })
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| !number.is_nan()),
        _ => None,
    }
}

/// Some providers write the claim as a text. What says neither yes nor no vouches for nothing.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(vouched) => *vouched,
        Value::String(text) => text.trim().eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Earlier systems put a number where others put a text.
fn user_id(value: &Value) -> Option<UserId> {
    match value {
        Value::String(text) => UserId::parse(text.as_str()).ok(),
        Value::Number(number) => UserId::parse(digits(number)?).ok(),
        _ => None,
    }
}

/// A `NumericDate`: seconds, which may have a fraction.
fn date(value: &Value) -> Option<DateTime<Utc>> {
    const MILLIS: f64 = 1_000.0;
    let number = value.as_number()?;
    if let Some(seconds) = number.as_i64() {
        return DateTime::from_timestamp(seconds, 0).filter(|_| seconds <= LAST_SECOND);
    }
    let millis = number.as_f64()? * MILLIS;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast from a float ends at the bounds, which are refused below"
    )]
    let date = DateTime::from_timestamp_millis(millis as i64)?;
    (date.timestamp() <= LAST_SECOND).then_some(date)
}
