//! Where to go on in a thread, towards its beginning, as an opaque text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared_kernel::EntryId;
use support_domain::ports::EntryPosition;

use super::date_bound::from_micros;

/// Writes the position before an entry.
pub(super) fn write(position: &EntryPosition) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {}", position.micros, position.id))
}

/// Reads it back; `None` when it is not one.
pub(super) fn read(text: &str) -> Option<EntryPosition> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (micros, id) = text.split_once(' ')?;
    let micros = micros.parse().ok()?;
    from_micros(micros)?;
    let id = EntryId::parse(id).ok()?;
    Some(EntryPosition { micros, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written_and_anything_else_is_none() {
        let position = EntryPosition {
            micros: 1_700_000_000_000_000,
            id: EntryId::parse("MSG-1").unwrap(),
        };
        assert_eq!(read(&write(&position)), Some(position));
        for text in ["", "x", "AAAA", "MQ"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&URL_SAFE_NO_PAD.encode("-210866803200000001 X")), None);
    }
}
