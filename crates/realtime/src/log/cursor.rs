//! The cursor: how far a client has come in the streams it follows, as an opaque text.
//!
//! Layout, in base64url without padding: one version byte, eight bytes of a digest over the names
//! and epochs of the streams, then each stream's number as a LEB128 varint, in the order followed.
//! A socket's cursor goes on with its [`Attendance`]: the session's id, then four bytes of a digest
//! over a stream's name and the number there, for each stream of somebody else it hears.
//! Nothing in it is secret, and nothing is trusted: a cursor of another user, of another epoch or
//! of another set of streams does not carry this key's digest and is refused as a whole; and what
//! a session has joined is kept by the server, and asked for its right again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use shared_kernel::StreamId;
use uuid::Uuid;

use super::session::{SESSION_BYTES, SessionId};

/// Of a reader without a socket.
const BARE: u8 = 1;
/// With an [`Attendance`].
const ATTENDING: u8 = 2;
/// The same, of a socket that has joined conversations: somebody has to know which.
const JOINED: u8 = 3;
/// Streams of others one socket may hear: as many as it may join conversations.
const MOST_HEARD: usize = 128;
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

/// A stream in a cursor that speaks of streams of others.
pub(crate) type Tag = [u8; TAG_BYTES];
const TAG_BYTES: usize = 4;

/// A stream's tag.
pub(crate) fn tag_of(stream: &StreamId) -> Tag {
    let hash = Sha256::digest(stream.as_str());
    let mut tag = [0; TAG_BYTES];
    for (short, long) in tag.iter_mut().zip(hash) {
        *short = long;
    }
    tag
}

/// What a socket's cursor says beside its own streams.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Attendance {
    /// None in a reader's cursor, which says nothing else either.
    pub(crate) session: Option<SessionId>,
    /// How far it has come in streams of others.
    pub(crate) heard: Vec<(Tag, u64)>,
    /// Whether the socket had joined anything.
    pub(crate) joined: bool,
}

impl Attendance {
    /// How far it has come in a stream.
    pub(crate) fn number(&self, stream: &StreamId) -> Option<u64> {
        let tag = tag_of(stream);
        let mut heard = self.heard.iter();
        heard.find_map(|(other, number)| (*other == tag).then_some(*number))
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let Some(session) = &self.session else { return };
        bytes.extend_from_slice(session.as_bytes());
        for (tag, number) in &self.heard {
            bytes.extend_from_slice(tag);
            push_varint(bytes, *number);
        }
    }

    fn version(&self) -> u8 {
        match (&self.session, self.joined) {
            (None, _) => BARE,
            (Some(_), false) => ATTENDING,
            (Some(_), true) => JOINED,
        }
    }

    fn read(bytes: &[u8], joined: bool) -> Option<Self> {
        let (session, mut rest) = bytes.split_first_chunk()?;
        let mut heard = Vec::new();
        while let Some((tag, behind)) = rest.split_first_chunk() {
            let (number, left) = take_varint(behind)?;
            heard.push((*tag, number));
            rest = left;
        }
        (rest.is_empty() && heard.len() <= MOST_HEARD).then(|| Self {
            session: Some(SessionId::from_bytes(*session)),
            heard,
            joined,
        })
    }
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
    pub(crate) fn encode(
        &self,
        numbers: impl IntoIterator<Item = u64>,
        attendance: &Attendance,
    ) -> String {
        let heard = SESSION_BYTES + attendance.heard.len() * (TAG_BYTES + 3);
        let mut bytes = Vec::with_capacity(1 + DIGEST_BYTES + self.streams * 3 + heard);
        bytes.push(attendance.version());
        bytes.extend_from_slice(&self.digest);
        for number in numbers {
            push_varint(&mut bytes, number);
        }
        attendance.write(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A text with this key's digest and these bytes instead of what follows it.
    pub(crate) fn with_tail(&self, attending: bool, tail: &[u8]) -> String {
        let mut bytes = vec![if attending { ATTENDING } else { BARE }];
        bytes.extend_from_slice(&self.digest);
        bytes.extend_from_slice(tail);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor that came from outside: one number for each stream, and the rest.
    ///
    /// # Errors
    /// [`CursorError`]; any text at all may be given.
    pub(crate) fn decode(&self, text: &str) -> Result<(Vec<u64>, Attendance), CursorError> {
        let own = 1 + DIGEST_BYTES + self.streams * VARINT_BYTES;
        let others = SESSION_BYTES + MOST_HEARD * (TAG_BYTES + VARINT_BYTES);
        if text.len() > (own + others).div_ceil(3) * 4 {
            return Err(CursorError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CursorError::Malformed)?;
        let (&version, rest) = bytes.split_first().ok_or(CursorError::Malformed)?;
        let (digest, mut rest) = rest
            .split_at_checked(DIGEST_BYTES)
            .ok_or(CursorError::Malformed)?;
        if ![BARE, ATTENDING, JOINED].contains(&version) {
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
        let attendance = match version {
            ATTENDING | JOINED => Attendance::read(rest, version == JOINED),
            _ => rest.is_empty().then(Attendance::default),
        };
        Ok((numbers, attendance.ok_or(CursorError::Malformed)?))
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

    fn bare(key: &CursorKey, numbers: impl IntoIterator<Item = u64>) -> String {
        key.encode(numbers, &Attendance::default())
    }

    #[test]
    fn another_users_cursor_is_foreign() {
        let cursor = bare(&key("7", 1, false), [3]);
        assert_eq!(
            key("8", 1, false).decode(&cursor),
            Err(CursorError::Foreign)
        );
    }

    #[test]
    fn a_cursor_of_another_epoch_is_foreign() {
        let cursor = bare(&key("7", 1, false), [3]);
        assert_eq!(
            key("7", 2, false).decode(&cursor),
            Err(CursorError::Foreign)
        );
    }

    #[test]
    fn a_cursor_from_before_a_change_of_role_is_foreign() {
        let cursor = bare(&key("7", 1, true), [0; 9]);
        let refused = key("7", 1, false).decode(&cursor);
        assert!(refused.is_err(), "{refused:?}");
    }

    #[test]
    fn a_cut_or_lengthened_cursor_is_malformed() {
        let cursor = bare(&key("7", 1, false), [300]);
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
    fn a_stream_of_another_is_found_by_its_name_and_adds_little() {
        let (heard, other) = (
            StreamId::user(&UserId::parse("7").unwrap()),
            StreamId::staff_for("T"),
        );
        let attendance = Attendance {
            session: Some(SessionId::from_bytes([1; SESSION_BYTES])),
            heard: vec![(tag_of(&heard), 100_000)],
            joined: true,
        };
        assert_eq!(attendance.number(&heard), Some(100_000));
        assert_eq!(attendance.number(&other), None);
        assert!(key("7", 1, true).encode([100_000; 9], &attendance).len() <= 76);
    }

    #[test]
    fn a_staff_cursor_stays_short() {
        assert!(bare(&key("7", 1, true), [100_000; 9]).len() <= 52);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in proptest::collection::vec(any::<u64>(), 9)) {
            let key = key("7", 1, true);
            let none = Attendance::default();
            prop_assert_eq!(key.decode(&bare(&key, numbers.iter().copied())), Ok((numbers.clone(), none)));
            let mut attendance = Attendance {
                session: Some(SessionId::from_bytes([7; SESSION_BYTES])),
                heard: numbers.iter().zip(0..).map(|(number, tag)| ([tag; TAG_BYTES], *number)).collect(),
                joined: false,
            };
            for joined in [false, true] {
                attendance.joined = joined;
                let written = key.encode(numbers.iter().copied(), &attendance);
                prop_assert_eq!(key.decode(&written), Ok((numbers.clone(), attendance.clone())));
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = key("7", 1, true).decode(&text);
        }

        #[test]
        fn no_bytes_panic(tail in proptest::collection::vec(any::<u8>(), 0..100)) {
            let key = key("7", 1, true);
            let _ = key.decode(&key.with_tail(false, &tail));
            let _ = key.decode(&key.with_tail(true, &tail));
        }
    }
}
