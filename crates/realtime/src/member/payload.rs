//! Reading what a client's event carries.

use serde::de::{Deserialize as _, DeserializeOwned, Deserializer, Error as _};
use serde_json::Value;
use shared_kernel::is_blank;

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
