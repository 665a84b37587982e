//! The session key of clients that resume by themselves: Socket.IO's `pid`.
//!
//! Such a client shows the key with its last cursor when it comes back, and calls itself recovered
//! when it is given the same key again. The key is a nonce and a digest over the nonce and the
//! streams' names and epochs, so every instance can check it, also after a restart, and a key of
//! another user or another log is refused. It opens nothing: the token does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::cursor::CursorKey;

const NONCE_BYTES: usize = 9;
const DIGEST_BYTES: usize = 12;

/// Makes and checks keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionKey;

impl SessionKey {
    /// A new key for a place.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub(crate) fn issue(place: &CursorKey) -> Result<String, getrandom::Error> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let mut bytes = nonce.to_vec();
        bytes.extend(digest(place, &nonce));
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether a key was made for this place. Any text may be given.
    pub(crate) fn belongs(key: &str, place: &CursorKey) -> bool {
        if key.len() != (NONCE_BYTES + DIGEST_BYTES) / 3 * 4 {
            return false;
        }
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(key) else {
            return false;
        };
        bytes
            .split_at_checked(NONCE_BYTES)
            .is_some_and(|(nonce, shown)| digest(place, nonce).eq(shown.iter().copied()))
    }
}

fn digest(place: &CursorKey, nonce: &[u8]) -> impl Iterator<Item = u8> + use<> {
    let mut hash = Sha256::new();
    hash.update(b"session key");
    hash.update(place.digest());
    hash.update(nonce);
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
        let key = SessionKey::issue(&place("7", 1)).unwrap();
        assert!(SessionKey::belongs(&key, &place("7", 1)));
        assert!(!SessionKey::belongs(&key, &place("8", 1)));
        assert!(!SessionKey::belongs(&key, &place("7", 2)));
    }

    #[test]
    fn every_key_is_new() {
        let issue = || SessionKey::issue(&place("7", 1)).unwrap();
        assert_ne!(issue(), issue());
    }

    proptest! {
        #[test]
        fn no_text_panics_or_passes(text in ".{0,60}") {
            prop_assert!(!SessionKey::belongs(&text, &place("7", 1)));
        }
    }
}
