//! What each recipient was told of each sender, over all the sender's connections to this process:
//! twenty sockets tell no more than one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared_kernel::UserId;
use sockets::deadline::after;
use tokio::time::Instant;

use crate::hub::connection::ConnectionId;

/// The same state is passed on at most this often.
const REPEAT_AFTER: Duration = Duration::from_secs(1);
/// Beginnings passed on within that time: far more than a person can make, and few enough that
/// sockets taking turns are no flood. What has begun may always end.
const MAX_BEGINNINGS: u32 = 8;
/// Pairs kept before those nothing is due of are looked for.
const PRUNE_FROM: usize = 64;

#[derive(Debug)]
struct Pair {
    /// The sender's connections that say they type.
    typing: Vec<ConnectionId>,
    /// What the recipient was told last.
    told: Option<bool>,
    told_at: Instant,
    /// Beginnings told since then.
    beginnings: (u32, Instant),
}

impl Pair {
    fn new(now: Instant) -> Self {
        Self {
            typing: Vec::new(),
            told: None,
            told_at: now,
            beginnings: (0, now),
        }
    }

    fn set(&mut self, connection: ConnectionId, is_typing: bool) {
        self.typing.retain(|one| *one != connection);
        if is_typing {
            self.typing.push(connection);
        }
    }

    fn say(&mut self, connection: ConnectionId, is_typing: bool, now: Instant) -> bool {
        self.set(connection, is_typing);
        let passes = match self.told {
            // The sender still types on another connection.
            _ if !is_typing && !self.typing.is_empty() => false,
            Some(told) if told == is_typing => now >= after(self.told_at, REPEAT_AFTER),
            _ => !is_typing || self.may_begin(now),
        };
        if passes {
            (self.told, self.told_at) = (Some(is_typing), now);
        }
        passes
    }

    fn end(&mut self, connection: ConnectionId, now: Instant) -> bool {
        self.set(connection, false);
        let ends = self.typing.is_empty() && self.told == Some(true);
        if ends {
            (self.told, self.told_at) = (Some(false), now);
        }
        ends
    }

    fn may_begin(&mut self, now: Instant) -> bool {
        let (count, since) = &mut self.beginnings;
        if now >= after(*since, REPEAT_AFTER) {
            (*count, *since) = (0, now);
        }
        *count += 1;
        *count <= MAX_BEGINNINGS
    }

    /// Whether forgetting it would change nothing.
    fn is_over(&self, now: Instant) -> bool {
        self.typing.is_empty() && now >= after(self.told_at, REPEAT_AFTER)
    }
}

#[derive(Debug, Default)]
struct Pairs {
    /// By sender, then recipient.
    by_ids: HashMap<(UserId, UserId), Pair>,
    prune_at: usize,
}

/// What recipients were told.
#[derive(Debug, Default)]
pub(crate) struct TypingPairs {
    pairs: Mutex<Pairs>,
}

impl TypingPairs {
    fn pairs(&self) -> MutexGuard<'_, Pairs> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection says that its user types or has stopped; answers whether to tell the recipient.
    /// A change of what the user does over all connections passes; the same again waits.
    pub(crate) fn say(
        &self,
        sender: &UserId,
        recipient: &UserId,
        connection: ConnectionId,
        is_typing: bool,
        now: Instant,
    ) -> bool {
        let mut pairs = self.pairs();
        if pairs.by_ids.len() >= pairs.prune_at.max(PRUNE_FROM) {
            pairs.by_ids.retain(|_, pair| !pair.is_over(now));
            pairs.prune_at = 2 * pairs.by_ids.len();
        }
        pairs
            .by_ids
            .entry((sender.clone(), recipient.clone()))
            .or_insert_with(|| Pair::new(now))
            .say(connection, is_typing, now)
    }

    /// A connection has stopped without a word; answers whether to tell the recipient.
    pub(crate) fn end(
        &self,
        sender: &UserId,
        recipient: &UserId,
        connection: ConnectionId,
        now: Instant,
    ) -> bool {
        let ids = (sender.clone(), recipient.clone());
        let mut pairs = self.pairs();
        let pair = pairs.by_ids.get_mut(&ids);
        pair.is_some_and(|pair| pair.end(connection, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::events::test_connection;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    struct Sender {
        pairs: TypingPairs,
        start: Instant,
        sockets: Vec<ConnectionId>,
    }

    impl Sender {
        fn new() -> Self {
            Self {
                pairs: TypingPairs::default(),
                start: Instant::now(),
                sockets: (0..20).map(|_| test_connection().id).collect(),
            }
        }

        fn at(&self, millis: u64) -> Instant {
            self.start + Duration::from_millis(millis)
        }

        fn say(&self, to: &str, socket: usize, is_typing: bool, millis: u64) -> bool {
            let socket = self.sockets[socket];
            let now = self.at(millis);
            self.pairs
                .say(&user("1"), &user(to), socket, is_typing, now)
        }
    }

    #[test]
    fn the_same_state_passes_once_a_second_and_a_change_always() {
        let sender = Sender::new();
        assert!(sender.say("2", 0, true, 0));
        assert!(!sender.say("2", 0, true, 999));
        assert!(sender.say("3", 0, true, 999));
        assert!(sender.say("2", 0, true, 1_000));
        assert!(sender.say("2", 0, false, 1_001));
        assert!(sender.say("2", 0, true, 1_002));
    }

    #[test]
    fn twenty_sockets_tell_no_more_than_one() {
        let sender = Sender::new();
        let passed = |is_typing, millis| {
            (0..20)
                .filter(|socket| sender.say("2", *socket, is_typing, millis))
                .count()
        };
        assert_eq!(passed(true, 0), 1);
        assert_eq!(passed(true, 500), 0);
        assert_eq!(passed(true, 1_000), 1);
        // The last one to stop ends it.
        assert_eq!(passed(false, 1_001), 1);
        assert_eq!(passed(false, 1_002), 0);
    }

    #[test]
    fn sockets_that_take_turns_are_no_flood_and_their_end_is_told() {
        let sender = Sender::new();
        let mut told = Vec::new();
        for turn in 0..200 {
            for is_typing in [true, false] {
                if sender.say("2", turn % 20, is_typing, 1) {
                    told.push(is_typing);
                }
            }
        }
        assert_eq!(told.len(), 2 * 8);
        assert_eq!(told.last(), Some(&false));
        // Whoever still types a second later is heard.
        assert!(sender.say("2", 0, true, 1_001));
    }

    #[test]
    fn typing_goes_on_while_one_of_two_sockets_leaves() {
        let sender = Sender::new();
        let leaves = |socket: usize| {
            let socket = sender.sockets[socket];
            sender
                .pairs
                .end(&user("1"), &user("2"), socket, sender.at(10))
        };
        assert!(sender.say("2", 0, true, 0));
        assert!(!sender.say("2", 1, true, 0));
        assert!(!leaves(0));
        assert!(leaves(1));
        assert!(!leaves(1));
    }

    #[test]
    fn pairs_nothing_is_due_of_are_forgotten() {
        let sender = Sender::new();
        for recipient in 0..10_000_u64 {
            sender.say(&recipient.to_string(), 0, false, recipient * 10);
        }
        assert!(sender.pairs.pairs().by_ids.len() < 400);
    }
}
