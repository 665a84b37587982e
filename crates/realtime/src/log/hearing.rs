//! What a connection hears of streams that are not its own, because of the conversations it has
//! joined, and how far it has come in them.

use shared_kernel::{StreamId, UserId};

use super::cursor::{Attendance, tag_of};
use super::session::SessionId;
use crate::dialect::Shown;

/// One connection's part in conversations.
#[derive(Debug, Clone)]
pub(crate) struct Hearing {
    user: UserId,
    session: SessionId,
    /// What it has joined, and the number after which it is shown what happens there.
    conversations: Vec<(String, u64)>,
    /// Streams of others, and the number reached in each.
    streams: Vec<(StreamId, u64)>,
}

impl Hearing {
    /// It has joined nothing yet.
    pub(crate) fn new(user: UserId, session: SessionId) -> Self {
        Self {
            user,
            session,
            conversations: Vec::new(),
            streams: Vec::new(),
        }
    }

    /// It has joined a conversation, and is shown what has a greater number in its stream.
    pub(crate) fn join(&mut self, conversation: String, since: u64) {
        self.leave(&conversation);
        self.conversations.push((conversation, since));
    }

    /// It has left one.
    pub(crate) fn leave(&mut self, conversation: &str) {
        self.conversations.retain(|(one, _)| one != conversation);
    }

    /// It hears a stream, from a number on.
    pub(crate) fn follow(&mut self, stream: StreamId, number: u64) {
        self.unfollow(&stream);
        self.streams.push((stream, number));
    }

    /// It hears a stream no more.
    pub(crate) fn unfollow(&mut self, stream: &StreamId) {
        self.streams.retain(|(one, _)| one != stream);
    }

    /// The streams of others it hears, and the number reached in each.
    pub(crate) fn streams(&self) -> &[(StreamId, u64)] {
        &self.streams
    }

    /// How far it has come in one of them.
    pub(crate) fn number_in(&mut self, stream: &StreamId) -> Option<&mut u64> {
        let mut streams = self.streams.iter_mut();
        streams.find_map(|(one, number)| (one == stream).then_some(number))
    }

    /// Whether it is shown what has this number in a stream it follows.
    pub(crate) fn is_shown(&self, shown: &Shown, seq: u64) -> bool {
        match shown {
            Shown::ToAll => true,
            Shown::InConversation { conversation, told } => {
                let mut joined = self.conversations.iter();
                joined.any(|(one, since)| one == conversation && seq > *since)
                    && !told.contains(&self.user)
            }
            Shown::ToNobody => false,
        }
    }

    /// What its cursors say of it.
    pub(crate) fn attendance(&self) -> Attendance {
        let heard = self.streams.iter();
        Attendance {
            session: Some(self.session),
            heard: heard
                .map(|(stream, number)| (tag_of(stream), *number))
                .collect(),
            joined: !self.conversations.is_empty(),
        }
    }
}
