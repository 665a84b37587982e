//! A member of the file: one of another type is told by its place, with all that is wrong besides.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use shared_kernel::scalars::{digits, flag, whole_number};

/// A member, or what is wrong with it.
#[derive(Debug)]
pub(super) struct Member<T>(pub(super) Result<T, String>);

impl<T> From<T> for Member<T> {
    fn from(value: T) -> Self {
        Self(Ok(value))
    }
}

impl<T: Default> Default for Member<T> {
    fn default() -> Self {
        Self(Ok(T::default()))
    }
}

impl<T: Serialize> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(value) => value.serialize(serializer),
            Err(reason) => Err(serde::ser::Error::custom(reason)),
        }
    }
}

impl<'de, T: Readable> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(T::read(value)))
    }
}

/// What a member can hold, as widely as requests are read.
pub(super) trait Readable: Sized {
    /// Reads it, or says what is wrong.
    fn read(value: Value) -> Result<Self, String>;
}

impl Readable for i64 {
    fn read(value: Value) -> Result<Self, String> {
        whole_number(&value).ok_or_else(|| "must be a whole number".to_owned())
    }
}

impl Readable for bool {
    fn read(value: Value) -> Result<Self, String> {
        flag(&value).ok_or_else(|| "must be true or false".to_owned())
    }
}

/// An id or a word, which some systems write as a number.
#[derive(Debug, Default, Serialize)]
pub(super) struct Words(pub(super) String);

impl Readable for Words {
    fn read(value: Value) -> Result<Self, String> {
        let text = match value {
            Value::String(text) => Some(text),
            Value::Number(number) => digits(&number),
            _ => None,
        };
        text.map(Self).ok_or_else(|| "must be a text".to_owned())
    }
}

impl Readable for String {
    fn read(value: Value) -> Result<Self, String> {
        by_type(value)
    }
}

impl Readable for Option<String> {
    fn read(value: Value) -> Result<Self, String> {
        by_type(value)
    }
}

impl<T: DeserializeOwned> Readable for Vec<T> {
    fn read(value: Value) -> Result<Self, String> {
        by_type(value)
    }
}

impl<T: DeserializeOwned> Readable for BTreeMap<String, T> {
    fn read(value: Value) -> Result<Self, String> {
        by_type(value)
    }
}

/// Strictly what its type is.
pub(super) fn by_type<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}
