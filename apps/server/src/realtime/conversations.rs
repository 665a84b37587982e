//! Who talks with whom: the port behind the client events that name a person, a message or a
//! conversation.

use async_trait::async_trait;
use shared_kernel::{Actor, StoreError, UserId};

/// Answers what a client may address. A question about something that does not exist is answered
/// as one about something that is not theirs.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// Whether the actor may follow a conversation: a ticket id or the id of a root message. Only
    /// its owner and staff may.
    async fn may_join(&self, actor: &Actor, conversation_id: &str) -> Result<bool, StoreError>;

    /// Whether the actor and somebody else take part in the same conversation.
    async fn shares_conversation(&self, actor: &Actor, other: &UserId) -> Result<bool, StoreError>;

    /// Who wrote a message, when the actor takes part in its conversation.
    async fn message_author(
        &self,
        actor: &Actor,
        message_id: &str,
    ) -> Result<Option<UserId>, StoreError>;
}

/// Nobody talks with anybody: what a gateway starts with.
#[derive(Debug, Clone, Copy)]
pub struct NoConversations;

#[async_trait]
impl Conversations for NoConversations {
    async fn may_join(&self, _: &Actor, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn shares_conversation(&self, _: &Actor, _: &UserId) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn message_author(&self, _: &Actor, _: &str) -> Result<Option<UserId>, StoreError> {
        Ok(None)
    }
}
