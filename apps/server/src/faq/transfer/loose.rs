//! Values of the file as other systems write them, read as those of requests are.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use shared_kernel::scalars::{digits, flag, whole_number};

fn digits_or_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => digits(&number),
        _ => None,
    }
}

/// A text, or the digits of a whole number.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    digits_or_text(Value::deserialize(from)?).ok_or_else(|| D::Error::custom("expected a text"))
}

/// A list of them.
pub(super) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let all = Vec::<Value>::deserialize(from)?.into_iter();
    let texts: Option<Vec<String>> = all.map(digits_or_text).collect();
    texts.ok_or_else(|| D::Error::custom("expected a list of texts"))
}

/// A whole number.
pub(super) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(from)?;
    whole_number(&value).ok_or_else(|| D::Error::custom("expected a whole number"))
}

/// Yes or no.
pub(super) fn said<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(from)?;
    flag(&value).ok_or_else(|| D::Error::custom("expected true or false"))
}
