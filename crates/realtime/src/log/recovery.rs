//! The session key of clients that resume by themselves: Socket.IO's `pid`.
//!
//! Such a client shows the key with its last cursor when it comes back, and calls itself recovered
//! when it is given the same key again. The key is the session's id and a digest over it and the
//! streams' names and epochs, so every instance can check it, also after a restart, and a key of
//! another user or another log is refused. It opens nothing: the token does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::cursor::CursorKey;
use super::session::{SESSION_BYTES, SessionId};

const DIGEST_BYTES: usize = 12;

/// A session's key for a place.
pub(crate) fn key_of(session: SessionId, place: &CursorKey) -> String {
    let mut bytes = session.as_bytes().to_vec();
    bytes.extend(digest(session, place));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The session a key was made for, if it was made for this place. Any text may be given.
pub(crate) fn session_of(key: &str, place: &CursorKey) -> Option<SessionId> {
    if key.len() != (SESSION_BYTES + DIGEST_BYTES) / 3 * 4 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(key).ok()?;
    let (nonce, shown) = bytes.split_first_chunk()?;
    let session = SessionId::from_bytes(*nonce);
    let belongs = digest(session, place).eq(shown.iter().copied());
    belongs.then_some(session)
}

fn digest(session: SessionId, place: &CursorKey) -> impl Iterator<Item = u8> + use<> {
    let mut hash = Sha256::new();
    hash.update(b"session key");
    hash.update(place.digest());
    hash.update(session.as_bytes());
    hash.finalize().into_iter().take(DIGEST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::events::user_stream;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn place(user: &str, epoch: u128) -> CursorKey {
        CursorKey::new([(&user_stream(user), Uuid::from_u128(epoch))])
    }

    #[test]
    fn a_key_holds_for_its_user_and_epoch_only_and_needs_no_memory() {
        let session = SessionId::fresh().unwrap();
        let key = key_of(session, &place("7", 1));
        assert_eq!(session_of(&key, &place("7", 1)), Some(session));
        assert_eq!(session_of(&key, &place("8", 1)), None);
        assert_eq!(session_of(&key, &place("7", 2)), None);
    }

    #[test]
    fn every_key_is_new() {
        let issue = || key_of(SessionId::fresh().unwrap(), &place("7", 1));
        assert_ne!(issue(), issue());
    }

    proptest! {
        #[test]
        fn no_text_panics_or_passes(text in ".{0,60}") {
            prop_assert_eq!(session_of(&text, &place("7", 1)), None);
        }
    }
}
