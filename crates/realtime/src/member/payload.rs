//! Reading what a client's event carries.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refused::EventRefused;

/// A payload is an object: a list of the members' values in their order is none.
pub(crate) fn payload<T: DeserializeOwned>(data: Value) -> Result<T, EventRefused> {
    if !data.is_object() {
        return Err(EventRefused::BAD_PAYLOAD);
    }
    serde_json::from_value(data).map_err(|_| EventRefused::BAD_PAYLOAD)
}
