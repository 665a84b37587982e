//! What the server around it lends to real time: who a token speaks of, who talks with whom, the
//! time, and how a refused handshake is answered. To need one more: a field of [`Ports`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::{Actor, Clock, Session, StoreError, StreamId, UserId};

use crate::door::HandshakeRefused;

/// All of them.
pub struct Ports {
    /// Who a token speaks of.
    pub verifier: Arc<dyn Authenticate>,
    /// Who talks with whom: behind the client events that name a person, a message or a
    /// conversation.
    pub conversations: Arc<dyn Conversations>,
    /// The time, for tokens.
    pub clock: Arc<dyn Clock>,
    /// The answer to a refused handshake: statuses and words are the server's.
    pub answer_refused: fn(HandshakeRefused) -> actix_web::Error,
}

/// Why a token was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The stable code, which the close frame carries.
    pub code: &'static str,
    /// What is wrong, without anything of the token.
    pub message: String,
}

/// Says who a token speaks of.
pub trait Authenticate: Send + Sync {
    /// # Errors
    /// [`Refusal`].
    fn authenticate(&self, token: &str) -> Result<Session, Refusal>;

    /// How long after its `exp` a token is still good: a socket ends no sooner than a request is
    /// refused.
    fn leeway(&self) -> Duration;
}

/// A conversation somebody may follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its name, as events carry it.
    pub id: String,
    /// Whose it is.
    pub customer: UserId,
    /// Who of support takes part; none until somebody does.
    pub staff: Option<UserId>,
    /// The stream in which all its events stand; none where everybody who may follow it has them in
    /// a stream of their own.
    pub stream: Option<StreamId>,
}

/// Answers what a client may address. A question about something that does not exist is answered
/// as one about something that is not theirs.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// The conversation, if the actor may follow it: a ticket id or the id of a root message. Only
    /// its owner and staff may.
    async fn may_join(
        &self,
        actor: &Actor,
        conversation_id: &str,
    ) -> Result<Option<Conversation>, StoreError>;

    /// Keeps what a session of a user has joined, each with the number from which on it hears it.
    async fn keep_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError>;

    /// The session is still here: what was kept of it is kept on. Where it is gone, this is kept.
    async fn renew_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError>;

    /// What was kept of it last; none where nothing is.
    async fn kept_joined(
        &self,
        session: &str,
        user: &UserId,
    ) -> Result<Option<BTreeMap<String, u64>>, StoreError>;

    /// Whether the actor and somebody else take part in the same conversation.
    async fn shares_conversation(&self, actor: &Actor, other: &UserId) -> Result<bool, StoreError>;

    /// Who wrote a message, when the actor takes part in its conversation.
    async fn message_author(
        &self,
        actor: &Actor,
        message_id: &str,
    ) -> Result<Option<UserId>, StoreError>;
}
