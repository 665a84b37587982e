//! Short stable names for things that must not be spelled out in a key.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use shared_kernel::{EmailAddress, TicketId};

/// The first `bytes` bytes of the text's SHA-256, in hexadecimal. Stored keys rest on it: it never changes.
pub(crate) fn short_hash(text: &str, bytes: usize) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(bytes)
        .fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Names a mailbox without showing it: equal for two spellings of one mailbox.
pub(crate) fn mailbox(address: &EmailAddress) -> String {
    short_hash(address.key().as_str(), 8)
}

/// The ticket's id in a form fit for a Message-ID and a file name.
///
/// Ids of earlier systems hold characters that mean something there (`@`, `|`, `<`): those are hashed.
pub(crate) fn ticket(id: &TicketId) -> String {
    let id = id.as_str();
    if id
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    {
        id.to_owned()
    } else {
        format!("ticket-{}", short_hash(id, 8))
    }
}
