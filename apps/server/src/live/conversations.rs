//! Who talks with whom, as the store knows it: asked before a client event names a person, a
//! message or a conversation.

use std::sync::Arc;

use async_trait::async_trait;
use messages_domain::conversation::{author_of, may_join, share_conversation};
use realtime::Conversations;
use shared_kernel::{Actor, StoreError, UserId};
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
        may_join(&*self.store, actor, conversation_id).await
    }

    async fn shares_conversation(&self, actor: &Actor, other: &UserId) -> Result<bool, StoreError> {
        share_conversation(&*self.store, actor, other).await
    }

    async fn message_author(
        &self,
        actor: &Actor,
        message_id: &str,
    ) -> Result<Option<UserId>, StoreError> {
        author_of(&*self.store, actor, message_id).await
    }
}
