//! The cursor: how far a client has come in the streams it follows, as an opaque text.
//!
//! Layout, in base64url without padding: one version byte, eight bytes of a digest over the names
//! and epochs of the streams, then each stream's number as a LEB128 varint, in the order followed.
//! Nothing in it is secret, and nothing is trusted: a cursor of another user, of another epoch or
//! of another set of streams does not carry this key's digest and is refused as a whole.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use shared_kernel::StreamId;
use uuid::Uuid;

const VERSION: u8 = 1;
const DIGEST_BYTES: usize = 8;
/// A `u64` in groups of seven bits.
const VARINT_BYTES: usize = 10;

/// Why a text is not a place to resume from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CursorError {
    /// Not a cursor at all.
    #[error("this is not a cursor")]
    Malformed,
    /// A cursor of another user, another role, or a log that is no longer the same.
    #[error("this cursor belongs to another place")]
    Foreign,
}

/// Reads and writes the cursors of one list of streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CursorKey {
    digest: [u8; DIGEST_BYTES],
    streams: usize,
}

impl CursorKey {
    /// The key of these streams with these epochs, in this order.
    pub(crate) fn new<'a>(streams: impl IntoIterator<Item = (&'a StreamId, Uuid)>) -> Self {
        let mut hash = Sha256::new();
        let mut count = 0;
        for (stream, epoch) in streams {
            // The length keeps two names from running into each other.
            hash.update((stream.as_str().len() as u64).to_le_bytes());
            hash.update(stream.as_str());
            hash.update(epoch.as_bytes());
            count += 1;
        }
        let mut digest = [0; DIGEST_BYTES];
        for (short, long) in digest.iter_mut().zip(hash.finalize()) {
            *short = long;
        }
        Self {
            digest,
            streams: count,
        }
    }

    /// What tells these streams and epochs from any others.
    pub(crate) fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// Writes the cursor of these numbers, in the order of the streams.
    pub(crate) fn encode(&self, numbers: impl IntoIterator<Item = u64>) -> String {
        let mut bytes = Vec::with_capacity(1 + DIGEST_BYTES + self.streams * 3);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.digest);
        for number in numbers {
            push_varint(&mut bytes, number);
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A text with this key's digest and these bytes instead of numbers.
    pub(crate) fn with_tail(&self, tail: &[u8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.digest);
        bytes.extend_from_slice(tail);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor that came from outside: one number for each stream.
    ///
    /// # Errors
    /// [`CursorError`]; any text at all may be given.
    pub(crate) fn decode(&self, text: &str) -> Result<Vec<u64>, CursorError> {
        if text.len() > (1 + DIGEST_BYTES + self.streams * VARINT_BYTES).div_ceil(3) * 4 {
            return Err(CursorError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CursorError::Malformed)?;
        let (&version, rest) = bytes.split_first().ok_or(CursorError::Malformed)?;
        let (digest, mut rest) = rest
            .split_at_checked(DIGEST_BYTES)
            .ok_or(CursorError::Malformed)?;
        if version != VERSION {
            return Err(CursorError::Malformed);
        }
        if digest != self.digest {
            return Err(CursorError::Foreign);
        }
        let mut numbers = Vec::with_capacity(self.streams);
        for _ in 0..self.streams {
            let (number, left) = take_varint(rest).ok_or(CursorError::Malformed)?;
            numbers.push(number);
            rest = left;
        }
        if rest.is_empty() {
            Ok(numbers)
        } else {
            Err(CursorError::Malformed)
        }
    }
}

fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let group = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(group);
            return;
        }
        bytes.push(group | 0x80);
    }
}

fn take_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (index, &byte) in bytes.iter().take(VARINT_BYTES).enumerate() {
        let group = u64::from(byte & 0x7f);
        let shifted = group << (7 * index);
        if shifted >> (7 * index) != group {
            return None;
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shared_kernel::UserId;

    fn key(user: &str, epoch: u128, staff: bool) -> CursorKey {
        let mut streams = if staff {
            StreamId::all_staff()
        } else {
            Vec::new()
        };
        streams.push(StreamId::user(&UserId::parse(user).unwrap()));
        CursorKey::new(
            streams
                .iter()
                .map(|stream| (stream, Uuid::from_u128(epoch))),
        )
    }

    #[test]
    fn another_users_cursor_is_foreign() {
        let cursor = key("7", 1, false).encode([3]);
        assert_eq!(
            key("8", 1, false).decode(&cursor),
            Err(CursorError::Foreign)
        );
    }

    #[test]
    fn a_cursor_of_another_epoch_is_foreign() {
        let cursor = key("7", 1, false).encode([3]);
        assert_eq!(
            key("7", 2, false).decode(&cursor),
            Err(CursorError::Foreign)
        );
    }

    #[test]
    fn a_cursor_from_before_a_change_of_role_is_foreign() {
        let cursor = key("7", 1, true).encode([0; 9]);
        let refused = key("7", 1, false).decode(&cursor);
        assert!(refused.is_err(), "{refused:?}");
    }

    #[test]
    fn a_cut_or_lengthened_cursor_is_malformed() {
        let cursor = key("7", 1, false).encode([300]);
        assert_eq!(
            key("7", 1, false).decode(&cursor[..13]),
            Err(CursorError::Malformed)
        );
        assert_eq!(
            key("7", 1, false).decode(&format!("{cursor}AAAA")),
            Err(CursorError::Malformed)
        );
        assert_eq!(key("7", 1, false).decode(""), Err(CursorError::Malformed));
    }

    #[test]
    fn a_staff_cursor_stays_short() {
        assert!(key("7", 1, true).encode([100_000; 9]).len() <= 52);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in proptest::collection::vec(any::<u64>(), 9)) {
            let key = key("7", 1, true);
            prop_assert_eq!(key.decode(&key.encode(numbers.iter().copied())), Ok(numbers));
        }

        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = key("7", 1, true).decode(&text);
        }

        #[test]
        fn no_bytes_panic(tail in proptest::collection::vec(any::<u8>(), 0..100)) {
            let key = key("7", 1, true);
            let _ = key.decode(&key.with_tail(&tail));
        }
    }
}
