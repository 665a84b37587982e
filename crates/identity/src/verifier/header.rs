//! What a token's header may ask for. It chooses neither algorithm nor key; where it asks for
//! something we do not do, the token is refused.

use jsonwebtoken::Header;
use serde_json::Value;

/// Types of tokens that speak of who calls: a JWT, an access token (RFC 9068).
const TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// Whether we understand all that has to be understood: no extension is known here, so none may be
/// critical (RFC 7515 §4.1.11), the payload is encoded as usual (RFC 7797), and the token is not one
/// of another purpose, such as a logout token (RFC 8725 §3.11).
pub(super) fn is_understood(header: &Header) -> bool {
    let encoded = header.extras.inner().get("b64");
    let of_a_caller = |typ: &String| {
        let typ = typ.to_ascii_lowercase();
        TYPES.contains(&typ.strip_prefix("application/").unwrap_or(&typ))
    };
    header.crit.is_none()
        && header.zip.is_none()
        && encoded.is_none_or(|encoded| *encoded == Value::Bool(true))
        && header.typ.as_ref().is_none_or(of_a_caller)
}
