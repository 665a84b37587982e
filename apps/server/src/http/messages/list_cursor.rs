//! Where to go on in the list of messages, as an opaque text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use messages_domain::Message;
use messages_domain::ports::{MessagePosition, Start};
use shared_kernel::EntryId;

use crate::http::tickets::date_bound::from_micros;

/// Writes the position after a message.
pub(super) fn write(message: &Message) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        "{} {}",
        message.created_at.timestamp_micros(),
        message.id
    ))
}

/// Reads it back; `None` when it is not one.
pub(super) fn read(text: &str) -> Option<Start> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (micros, id) = text.split_once(' ')?;
    let micros = micros.parse().ok()?;
    from_micros(micros)?;
    let id = EntryId::parse(id).ok()?;
    Some(Start::After(MessagePosition { micros, id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_else_is_no_cursor() {
        for text in ["", "x", "AAAA", "OTk5OTk5OTk5OTk5OTk5OTk5IFg", "MQ"] {
            assert_eq!(read(text), None, "{text}");
        }
        // Before the first instant the store can hold.
        assert_eq!(read(&URL_SAFE_NO_PAD.encode("-210866803200000001 X")), None);
        let text = URL_SAFE_NO_PAD.encode("1700000000000000 MSG-1");
        let last = MessagePosition {
            micros: 1_700_000_000_000_000,
            id: EntryId::parse("MSG-1").unwrap(),
        };
        assert_eq!(read(&text), Some(Start::After(last)));
    }
}
