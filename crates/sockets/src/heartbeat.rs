//! The heartbeat of a socket, whatever it speaks: a ping after a silence, and the end when nothing
//! comes back. Any message is a sign of life.

use std::time::Duration;

use tokio::time::Instant;

use crate::close::CloseReason;
use crate::deadline::after;

/// How late a timer of a busy process may be.
const TIMER_LATENESS: Duration = Duration::from_millis(50);

/// How long a silence may last.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// Before the peer is pinged.
    pub interval: Duration,
    /// After that, before it is given up.
    pub timeout: Duration,
}

/// When to ping a peer, and when to give it up. The rhythm is the same for all and comes from the
/// settings each time: thousands of sockets need not keep a copy.
#[derive(Debug, Clone, Copy)]
pub struct Heartbeat {
    due: Instant,
    pinged: bool,
}

impl Heartbeat {
    /// The peer is there now.
    pub fn new(rhythm: Rhythm, now: Instant) -> Self {
        Self {
            due: after(now, rhythm.interval),
            pinged: false,
        }
    }

    /// When to call [`Heartbeat::beat`].
    pub fn due(&self) -> Instant {
        self.due
    }

    /// The peer has shown that it is there.
    pub fn heard(&mut self, rhythm: Rhythm, now: Instant) {
        *self = Self::new(rhythm, now);
    }

    /// It is due: the peer is to be pinged.
    ///
    /// # Errors
    /// [`CloseReason::PingTimeout`] when the last ping was not answered.
    pub fn beat(&mut self, rhythm: Rhythm, now: Instant) -> Result<(), CloseReason> {
        if self.pinged {
            return Err(CloseReason::PingTimeout);
        }
        self.pinged = true;
        // A timer that was a little late gives the peer no more time; a task that was held up does.
        let on_time = now.saturating_duration_since(self.due) < TIMER_LATENESS;
        let from = if on_time { self.due } else { now };
        self.due = after(from, rhythm.timeout);
        Ok(())
    }

    /// Whether the peer has been silent for too long, though no timer has said so yet.
    pub fn is_given_up(&self, rhythm: Rhythm, now: Instant) -> bool {
        if self.pinged {
            now >= self.due
        } else {
            now >= after(self.due, rhythm.timeout)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(25);
    const TIMEOUT: Duration = Duration::from_secs(20);
    const RHYTHM: Rhythm = Rhythm {
        interval: INTERVAL,
        timeout: TIMEOUT,
    };

    fn begun() -> (Heartbeat, Instant) {
        let now = Instant::now();
        (Heartbeat::new(RHYTHM, now), now)
    }

    #[test]
    fn a_silent_peer_is_pinged_once_and_then_given_up() {
        let (mut heartbeat, start) = begun();
        assert_eq!(heartbeat.due(), start + INTERVAL);
        assert_eq!(heartbeat.beat(RHYTHM, start + INTERVAL), Ok(()));
        assert_eq!(heartbeat.due(), start + INTERVAL + TIMEOUT);
        assert_eq!(
            heartbeat.beat(RHYTHM, heartbeat.due()),
            Err(CloseReason::PingTimeout)
        );
    }

    #[test]
    fn any_sign_of_life_begins_it_anew() {
        let (mut heartbeat, start) = begun();
        heartbeat.beat(RHYTHM, start + INTERVAL).unwrap();
        let answered = start + INTERVAL + Duration::from_secs(1);
        heartbeat.heard(RHYTHM, answered);
        assert_eq!(heartbeat.due(), answered + INTERVAL);
        assert_eq!(heartbeat.beat(RHYTHM, heartbeat.due()), Ok(()));
    }

    #[test]
    fn a_timer_that_is_a_little_late_gives_the_peer_no_more_time() {
        let (mut heartbeat, start) = begun();
        heartbeat
            .beat(RHYTHM, start + INTERVAL + Duration::from_millis(49))
            .unwrap();
        assert_eq!(heartbeat.due(), start + INTERVAL + TIMEOUT);
    }

    #[test]
    fn a_task_that_was_held_up_does_not_count_it_against_the_peer() {
        let (mut heartbeat, start) = begun();
        let late = start + INTERVAL + Duration::from_secs(30);
        heartbeat.beat(RHYTHM, late).unwrap();
        assert_eq!(heartbeat.due(), late + TIMEOUT);
    }

    #[test]
    fn a_peer_is_given_up_at_interval_and_timeout_whether_it_was_pinged_or_not() {
        let (mut pinged, start) = begun();
        let silent = pinged;
        pinged.beat(RHYTHM, start + INTERVAL).unwrap();
        let end = start + INTERVAL + TIMEOUT;
        for heartbeat in [pinged, silent] {
            assert!(!heartbeat.is_given_up(RHYTHM, end - Duration::from_millis(1)));
            assert!(heartbeat.is_given_up(RHYTHM, end));
        }
    }
}
