//! Tokens found valid a moment ago: callers send the same one with each request, and checking its
//! signature is a good part of what a small request costs.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;
use shared_kernel::{Clock, Session};

use crate::{LEEWAY_SECONDS, TokenRefused, TokenVerifier};

/// How many are remembered, some 700 bytes each. Sockets show theirs once and are not among them.
const MOST: usize = 2_048;

/// Checks tokens like its verifier, the same one quicker.
pub struct RecentTokens {
    verifier: Arc<TokenVerifier>,
    clock: Arc<dyn Clock>,
    valid: Cache<Box<str>, Session>,
}

impl RecentTokens {
    /// Remembers what a verifier found.
    pub fn new(verifier: Arc<TokenVerifier>, clock: Arc<dyn Clock>) -> Self {
        Self {
            verifier,
            clock,
            valid: Cache::new(MOST),
        }
    }

    /// Checks a token and reads who it speaks of. What was valid once stays so until it expires: keys
    /// are read at the start, and nothing else of a token can change.
    ///
    /// # Errors
    /// [`TokenRefused`].
    pub fn verify(&self, token: &str) -> Result<Session, TokenRefused> {
        if let Some(session) = self.valid.get(token) {
            if has_time_left(&session, self.clock.now()) {
                return Ok(session);
            }
            self.valid.remove(token);
        }
        let session = self.verifier.verify(token)?;
        self.valid.insert(token.into(), session.clone());
        Ok(session)
    }
}

fn has_time_left(session: &Session, now: DateTime<Utc>) -> bool {
    // Subtracted, never added: a difference of two instants always is one.
    let expired_for = now.signed_duration_since(session.expires_at);
    expired_for < TimeDelta::seconds(LEEWAY_SECONDS.cast_signed())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;
    use crate::verifier::tests::{now, token as signed, verifier};

    struct Movable(Mutex<DateTime<Utc>>);

    impl Clock for Movable {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
    }

    fn tokens() -> (RecentTokens, Arc<Movable>) {
        let clock = Arc::new(Movable(Mutex::new(
            DateTime::from_timestamp(now(), 0).unwrap(),
        )));
        let tokens = RecentTokens::new(Arc::new(verifier()), Arc::clone(&clock) as _);
        (tokens, clock)
    }

    fn token(subject: &str, seconds: i64) -> String {
        signed(&json!({ "sub": subject, "exp": now() + seconds, "role": "customer" }))
    }

    #[test]
    fn a_token_speaks_of_the_same_person_each_time() {
        let (tokens, _) = tokens();
        let (jean, anne) = (token("jean", 60), token("anne", 60));
        for _ in 0..2 {
            assert_eq!(tokens.verify(&jean).unwrap().actor.id.as_str(), "jean");
            assert_eq!(tokens.verify(&anne).unwrap().actor.id.as_str(), "anne");
        }
        assert_eq!(tokens.valid.len(), 2);
    }

    #[test]
    fn what_differs_in_one_letter_is_another_token() {
        let (tokens, _) = tokens();
        let good = token("jean", 60);
        tokens.verify(&good).unwrap();
        for forged in [format!("{good}x"), good[..good.len() - 1].to_owned()] {
            assert_eq!(tokens.verify(&forged).unwrap_err(), TokenRefused::Invalid);
        }
        assert_eq!(tokens.valid.len(), 1, "what was refused is not remembered");
    }

    #[test]
    fn a_remembered_token_is_asked_about_again_once_it_expired() {
        let (tokens, clock) = tokens();
        let short = token("jean", -2);
        tokens.verify(&short).unwrap();
        assert_eq!(tokens.valid.len(), 1, "still within the leeway");
        *clock.0.lock().unwrap() += TimeDelta::seconds(10);
        let session = tokens.valid.get(short.as_str()).unwrap();
        assert!(!has_time_left(&session, clock.now()));
        let old = token("jean", -60);
        tokens.valid.insert(old.as_str().into(), session);
        assert_eq!(tokens.verify(&old).unwrap_err(), TokenRefused::Expired);
        assert!(tokens.valid.get(old.as_str()).is_none());
    }

    #[test]
    fn a_token_that_is_good_for_ever_is_no_reason_to_panic() {
        let (tokens, _) = tokens();
        let distant = |exp: i64| signed(&json!({ "sub": "jean", "exp": exp }));
        // The last second there is a token for, then what no calendar can add five seconds to.
        for _ in 0..2 {
            let session = tokens.verify(&distant(253_402_300_799)).unwrap();
            assert_eq!(session.actor.id.as_str(), "jean");
        }
        for exp in [8_210_266_876_795, 8_210_266_876_799, i64::MAX] {
            for _ in 0..2 {
                let refused = tokens.verify(&distant(exp)).unwrap_err();
                assert_eq!(refused, TokenRefused::Invalid, "{exp}");
            }
        }
        let endless = Session {
            expires_at: DateTime::<Utc>::MAX_UTC,
            ..tokens.verify(&token("jean", 60)).unwrap()
        };
        assert!(has_time_left(&endless, DateTime::<Utc>::MIN_UTC));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let (tokens, _) = tokens();
        let session = tokens.verify(&token("jean", 60)).unwrap();
        for number in 0..3 * MOST {
            let name = number.to_string();
            tokens.valid.insert(name.into_boxed_str(), session.clone());
        }
        assert!(tokens.valid.len() <= MOST);
    }
}
