//! Reading what a client's event carries, as widely as requests are read: an id may be the number it
//! is, a flag what systems write for one.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use shared_kernel::is_blank;
use shared_kernel::scalars::{digits, flag};

use super::refused::EventRefused;

/// A payload is an object: a list of the members' values in their order is none.
pub(crate) fn payload<T: DeserializeOwned>(data: Value) -> Result<T, EventRefused> {
    if !data.is_object() {
        return Err(EventRefused::BAD_PAYLOAD);
    }
    serde_json::from_value(data).map_err(|_| EventRefused::BAD_PAYLOAD)
}

/// A token. One with nothing in it is as good as none, and no wrong one.
pub(crate) fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_blank(&text) {
        return Err(D::Error::custom("a token with nothing in it"));
    }
    Ok(text)
}

/// An id as it came.
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => Some(text),
            Value::Number(number) => digits(&number),
            _ => None,
        };
        text.map(Self).ok_or_else(|| D::Error::custom("not an id"))
    }
}

/// Yes or no.
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let said = flag(&value).map(Self);
        said.ok_or_else(|| D::Error::custom("not a flag"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    struct Typing {
        to: Id,
        on: Flag,
    }

    #[test]
    fn ids_may_be_numbers_and_flags_what_systems_write_for_them() {
        for (data, id, flag) in [
            (json!({"to": "a", "on": true}), "a", true),
            (json!({"to": 42, "on": 1}), "42", true),
            (json!({"to": 42.0, "on": "False"}), "42", false),
            (json!({"to": "42", "on": "0"}), "42", false),
        ] {
            let read: Typing = payload(data.clone()).unwrap();
            assert_eq!((read.to.0.as_str(), read.on.0), (id, flag), "{data}");
        }
        for wrong in [
            json!({"to": 1.5, "on": true}),
            json!({"to": null, "on": true}),
            json!({"to": ["a"], "on": true}),
            json!({"to": "a", "on": 2}),
            json!({"to": "a", "on": "oui"}),
            json!({"to": "a", "on": null}),
            json!({"to": "a"}),
            json!(["a", true]),
        ] {
            assert!(payload::<Typing>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
