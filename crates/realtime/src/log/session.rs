//! A client's session: what stays the same when it comes back, whatever connection it has.
//!
//! Its id is a nonce, which cursors carry. The name of the socket is made of it too, so that a client
//! that has recovered keeps it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Bytes of a session's id.
pub(crate) const SESSION_BYTES: usize = 9;
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

    /// The name clients know the socket by. It does not tell the session.
    pub(crate) fn socket_id(self) -> String {
        let hash = Sha256::new()
            .chain_update(b"socket id")
            .chain_update(self.0);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_is_new_and_its_socket_has_a_name_of_its_own() {
        let (one, other) = (SessionId::fresh().unwrap(), SessionId::fresh().unwrap());
        assert_ne!(one, other);
        assert_ne!(one.socket_id(), other.socket_id());
        assert_eq!(one.socket_id(), one.socket_id());
        assert!(!one.socket_id().contains(&one.as_text()));
    }
}
