//! What a member has joined, and what it follows for that.

use std::collections::BTreeMap;

use shared_kernel::StreamId;
use tokio::time::Instant;

use crate::log::relay::Following;
use crate::ports::Conversation;

/// What a member has joined.
#[derive(Default)]
pub(super) struct Rooms {
    pub(super) joined: Vec<Joined>,
    /// The streams of others, followed for it.
    pub(super) followed: Vec<Following>,
    /// What is kept is not what it has joined.
    pub(super) unkept: bool,
    /// When it is to be said again that it is still here; never while it has joined nothing.
    pub(super) renew_at: Option<Instant>,
}

/// A conversation it has joined.
pub(super) struct Joined {
    pub(super) conversation: Conversation,
    /// The number in its stream after which it is heard.
    pub(super) since: u64,
}

impl Rooms {
    /// Whether it has joined a conversation.
    pub(super) fn has(&self, conversation: &str) -> bool {
        let mut joined = self.joined.iter();
        joined.any(|one| one.conversation.id == conversation)
    }

    /// From where on a stream is needed for what was joined.
    pub(super) fn since(&self, stream: &StreamId) -> Option<u64> {
        let of_stream = |one: &&Joined| one.conversation.stream.as_ref() == Some(stream);
        let joined = self.joined.iter().filter(of_stream);
        joined.map(|one| one.since).min()
    }

    /// What is kept of it.
    pub(super) fn kept(&self) -> BTreeMap<String, u64> {
        let joined = self.joined.iter();
        joined
            .map(|one| (one.conversation.id.clone(), one.since))
            .collect()
    }
}
