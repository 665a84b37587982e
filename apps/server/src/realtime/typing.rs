//! Who one client says it is typing to: throttled, and ended when the client forgets to.

use std::time::Duration;

use serde_json::json;
use shared_kernel::{EmailAddress, UserId};
use tokio::time::Instant;

use super::dialect::ServerEvent;
use super::member::Member;
use super::rooms::RoomId;

/// The same state is passed on at most this often, per recipient.
const REPEAT_AFTER: Duration = Duration::from_secs(1);
/// A client that says nothing more has stopped typing after this.
const LASTS: Duration = Duration::from_secs(8);
/// How long a recipient is remembered, and the right to write to them with it.
const REMEMBERED: Duration = Duration::from_mins(1);
/// Recipients remembered at the same time.
const MAX_RECIPIENTS: usize = 16;

#[derive(Debug)]
struct Indicator {
    recipient: UserId,
    is_typing: bool,
    passed_on: Instant,
    checked: Instant,
    /// When typing ends by itself.
    ends: Option<Instant>,
}

/// The indicators of one connection.
#[derive(Debug, Default)]
pub(super) struct Typing {
    indicators: Vec<Indicator>,
}

impl Typing {
    /// Whether the right to write to somebody was checked lately.
    pub(super) fn knows(&self, recipient: &UserId, now: Instant) -> bool {
        self.indicators
            .iter()
            .any(|one| one.recipient == *recipient && now < one.checked + REMEMBERED)
    }

    /// Notes what a client says, its right being checked; answers whether to pass it on. A change
    /// of state always passes.
    pub(super) fn note(&mut self, recipient: &UserId, is_typing: bool, now: Instant) -> bool {
        let ends = is_typing.then(|| now + LASTS);
        let found = self
            .indicators
            .iter_mut()
            .find(|one| one.recipient == *recipient);
        if let Some(known) = found {
            let passes = known.is_typing != is_typing || now >= known.passed_on + REPEAT_AFTER;
            known.ends = ends;
            known.is_typing = is_typing;
            if passes {
                known.passed_on = now;
            }
            if now >= known.checked + REMEMBERED {
                known.checked = now;
            }
            return passes;
        }
        if self.indicators.len() >= MAX_RECIPIENTS {
            // Only one that has ended may be forgotten, or nobody would end it.
            let Some(ended) = self.indicators.iter().position(|one| one.ends.is_none()) else {
                return false;
            };
            self.indicators.swap_remove(ended);
        }
        self.indicators.push(Indicator {
            recipient: recipient.clone(),
            is_typing,
            passed_on: now,
            checked: now,
            ends,
        });
        true
    }

    /// When the first indicator ends by itself.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.indicators.iter().filter_map(|one| one.ends).min()
    }

    /// Ends what is due; answers whom to tell.
    pub(super) fn end_due(&mut self, now: Instant) -> Vec<UserId> {
        self.end(|ends| ends <= now, now)
    }

    /// Ends everything, because the client leaves; answers whom to tell.
    pub(super) fn end_all(&mut self, now: Instant) -> Vec<UserId> {
        self.end(|_| true, now)
    }

    fn end(&mut self, is_due: impl Fn(Instant) -> bool, now: Instant) -> Vec<UserId> {
        let mut told = Vec::new();
        for one in &mut self.indicators {
            if one.ends.is_some_and(&is_due) {
                (one.ends, one.is_typing, one.passed_on) = (None, false, now);
                told.push(one.recipient.clone());
            }
        }
        told
    }
}

impl Member {
    /// Ends the typing that is due.
    pub(super) fn end_typing(&mut self) {
        let ended = self.typing.end_due(Instant::now());
        self.tell_typing(&ended, false);
    }

    /// Tells recipients that this user types or has stopped.
    pub(super) fn tell_typing(&self, recipients: &[UserId], is_typing: bool) {
        if recipients.is_empty() {
            return;
        }
        let actor = &self.actor;
        // A customer is told a staff member's name, never the address.
        let shown = if actor.role.is_staff() {
            Some(actor.name.as_deref().unwrap_or("Support"))
        } else {
            actor.email.as_ref().map(EmailAddress::as_str)
        };
        let event = ServerEvent {
            name: "userTyping".into(),
            data: json!({
                "userId": actor.id.as_str(),
                "userEmail": shown,
                "isTyping": is_typing,
                "type": "typing_indicator",
            }),
        };
        for recipient in recipients {
            let room = RoomId::User(recipient.clone());
            self.gateway.hub.broadcast(&[room], &event, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    #[test]
    fn the_same_state_passes_once_a_second_and_a_change_always() {
        let (mut typing, start) = (Typing::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert!(typing.note(&user("1"), true, at(0)));
        assert!(!typing.note(&user("1"), true, at(999)));
        assert!(typing.note(&user("2"), true, at(999)));
        assert!(typing.note(&user("1"), true, at(1_000)));
        assert!(typing.note(&user("1"), false, at(1_001)));
        assert!(typing.note(&user("1"), true, at(1_002)));
    }

    #[test]
    fn typing_ends_eight_seconds_after_the_last_word() {
        let (mut typing, start) = (Typing::default(), Instant::now());
        typing.note(&user("1"), true, start);
        typing.note(&user("1"), true, start + Duration::from_millis(500));
        let end = start + Duration::from_millis(8_500);
        assert_eq!(typing.next_end(), Some(end));
        assert!(typing.end_due(end - Duration::from_millis(1)).is_empty());
        assert_eq!(typing.end_due(end), [user("1")]);
        assert_eq!((typing.next_end(), typing.end_due(end)), (None, Vec::new()));
        assert!(typing.note(&user("1"), true, end));
    }

    #[test]
    fn only_so_many_recipients_are_remembered() {
        let (mut typing, now) = (Typing::default(), Instant::now());
        for id in 0..100 {
            typing.note(&user(&id.to_string()), true, now);
        }
        assert_eq!(typing.end_all(now).len(), MAX_RECIPIENTS);
    }

    #[test]
    fn the_right_is_asked_for_again_after_a_minute() {
        let (mut typing, now) = (Typing::default(), Instant::now());
        assert!(!typing.knows(&user("1"), now));
        typing.note(&user("1"), true, now);
        assert!(typing.knows(&user("1"), now + Duration::from_secs(59)));
        assert!(!typing.knows(&user("1"), now + REMEMBERED));
    }
}
