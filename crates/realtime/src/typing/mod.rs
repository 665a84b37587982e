//! Who one client says it is typing to, ended when the client forgets to. What recipients are told
//! of it is decided over all of a sender's connections, in `pairs`.

mod pairs;

use std::time::Duration;

use shared_kernel::UserId;
use sockets::deadline::after;
use tokio::time::Instant;

pub(crate) use self::pairs::TypingPairs;

/// A client that says nothing more has stopped typing after this.
const LASTS: Duration = Duration::from_secs(8);
/// How long a recipient is remembered, and the right to write to them with it.
const REMEMBERED: Duration = Duration::from_mins(1);
/// Recipients remembered at the same time.
const MAX_RECIPIENTS: usize = 16;

#[derive(Debug)]
struct Indicator {
    recipient: UserId,
    checked: Instant,
    /// When typing ends by itself; none while it does not type.
    ends: Option<Instant>,
}

/// The indicators of one connection.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    indicators: Vec<Indicator>,
}

impl Typing {
    /// Whether the right to write to somebody was checked lately.
    pub(crate) fn knows(&self, recipient: &UserId, now: Instant) -> bool {
        self.indicators
            .iter()
            .any(|one| one.recipient == *recipient && now < after(one.checked, REMEMBERED))
    }

    /// Notes what a client says, its right being checked; answers whether there was room for it.
    pub(crate) fn note(&mut self, recipient: &UserId, is_typing: bool, now: Instant) -> bool {
        let ends = is_typing.then(|| after(now, LASTS));
        let found = self
            .indicators
            .iter_mut()
            .find(|one| one.recipient == *recipient);
        if let Some(known) = found {
            known.ends = ends;
            if now >= after(known.checked, REMEMBERED) {
                known.checked = now;
            }
            return true;
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
            checked: now,
            ends,
        });
        true
    }

    /// When the first indicator ends by itself.
    pub(crate) fn next_end(&self) -> Option<Instant> {
        self.indicators.iter().filter_map(|one| one.ends).min()
    }

    /// Ends what is due; answers to whom.
    pub(crate) fn end_due(&mut self, now: Instant) -> Vec<UserId> {
        self.end(|ends| ends <= now)
    }

    /// Ends everything, because the client leaves; answers to whom.
    pub(crate) fn end_all(&mut self) -> Vec<UserId> {
        self.end(|_| true)
    }

    fn end(&mut self, is_due: impl Fn(Instant) -> bool) -> Vec<UserId> {
        let due = |one: &&mut Indicator| one.ends.is_some_and(&is_due);
        let ended = self.indicators.iter_mut().filter(due).map(|one| {
            one.ends = None;
            one.recipient.clone()
        });
        ended.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
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
        assert_eq!(typing.end_all().len(), MAX_RECIPIENTS);
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
