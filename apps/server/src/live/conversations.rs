//! Who talks with whom, as the store knows it: asked before a client event names a person, a
//! message or a conversation.

use std::sync::Arc;

use async_trait::async_trait;
use messages_domain::MessageQueries as _;
use messages_domain::rights::Scope;
use realtime::Conversations;
use shared_kernel::{Actor, EntryId, StoreError, UserId};
use store_pg::PgStore;

/// The desk's conversations and tickets.
pub struct DeskConversations {
    store: Arc<PgStore>,
}

impl DeskConversations {
    /// Those of a store.
    pub fn new(store: Arc<PgStore>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Conversations for DeskConversations {
    async fn may_join(&self, actor: &Actor, conversation_id: &str) -> Result<bool, StoreError> {
        self.store.may_join(actor, conversation_id).await
    }

    async fn shares_conversation(&self, actor: &Actor, other: &UserId) -> Result<bool, StoreError> {
        self.store.share_conversation(actor, other).await
    }

    async fn message_author(
        &self,
        actor: &Actor,
        message_id: &str,
    ) -> Result<Option<UserId>, StoreError> {
        let Ok(id) = EntryId::parse(message_id) else {
            return Ok(None);
        };
        let message = self.store.message(&id).await?;
        Ok(message
            .filter(|message| Scope::of(actor).holds(message))
            .map(|message| message.author))
    }
}
