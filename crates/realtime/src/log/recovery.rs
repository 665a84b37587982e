//! A client's session: what stays the same when it comes back, whatever connection it has.
//!
//! Its id is a nonce. The cursors carry it, and for clients that resume by themselves so does the
//! session key, Socket.IO's `pid`: the nonce and a digest over it and the streams' names and epochs.
//! So every instance can check a key, also after a restart, and a key of another user or another log
//! is refused. It opens nothing: the token does. The name of the socket is made of the nonce too, so
//! that a client that has recovered keeps it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::cursor::CursorKey;

/// Bytes of a session's id.
pub(crate) const SESSION_BYTES: usize = 9;
const DIGEST_BYTES: usize = 12;
const SOCKET_ID_BYTES: usize = 15;

/// A session's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionId([u8; SESSION_BYTES]);

impl SessionId {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub(crate) fn fresh() -> Result<Self, getrandom::Error> {
        let mut nonce = [0; SESSION_BYTES];
        getrandom::fill(&mut nonce)?;
        Ok(Self(nonce))
    }

    /// The one a key was made for, if it was made for this place. Any text may be given.
    pub(crate) fn of_key(key: &str, place: &CursorKey) -> Option<Self> {
        if key.len() != (SESSION_BYTES + DIGEST_BYTES) / 3 * 4 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(key).ok()?;
        let (nonce, shown) = bytes.split_first_chunk()?;
        let session = Self(*nonce);
        session
            .digest(place)
            .eq(shown.iter().copied())
            .then_some(session)
    }

    /// The key a client shows with its last cursor when it comes back.
    pub(crate) fn key(self, place: &CursorKey) -> String {
        let mut bytes = self.0.to_vec();
        bytes.extend(self.digest(place));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The name clients know the socket by. It does not tell the session.
    pub(crate) fn socket_id(self) -> String {
        let hash = Sha256::new().chain_update(b"socket id").chain_update(self.0);
        let hash = hash.finalize();
        URL_SAFE_NO_PAD.encode(hash.get(..SOCKET_ID_BYTES).unwrap_or_default())
    }

    /// As what it has joined is kept under.
    pub(crate) fn as_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; SESSION_BYTES] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: [u8; SESSION_BYTES]) -> Self {
        Self(bytes)
    }

    fn digest(self, place: &CursorKey) -> impl Iterator<Item = u8> + use<> {
        let mut hash = Sha256::new();
        hash.update(b"session key");
        hash.update(place.digest());
        hash.update(self.0);
        hash.finalize().into_iter().take(DIGEST_BYTES)
    }
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
        let key = session.key(&place("7", 1));
        assert_eq!(SessionId::of_key(&key, &place("7", 1)), Some(session));
        assert_eq!(SessionId::of_key(&key, &place("8", 1)), None);
        assert_eq!(SessionId::of_key(&key, &place("7", 2)), None);
    }

    #[test]
    fn every_session_is_new_and_its_socket_has_a_name_of_its_own() {
        let (one, other) = (SessionId::fresh().unwrap(), SessionId::fresh().unwrap());
        assert_ne!(one.key(&place("7", 1)), other.key(&place("7", 1)));
        assert_ne!(one.socket_id(), other.socket_id());
        assert_eq!(one.socket_id(), one.socket_id());
        assert!(!one.key(&place("7", 1)).contains(&one.socket_id()));
    }

    proptest! {
        #[test]
        fn no_text_panics_or_passes(text in ".{0,60}") {
            prop_assert_eq!(SessionId::of_key(&text, &place("7", 1)), None);
        }
    }
}
