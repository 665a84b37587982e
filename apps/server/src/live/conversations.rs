//! Who talks with whom, as the store knows it: asked before a client event names a person, a
//! message or a conversation.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use messages_domain::conversation::{author_of, may_join, share_conversation};
use messages_domain::ports::About;
use realtime::{Conversation, Conversations};
use shared_kernel::{Actor, StoreError, StreamId, UserId};
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
    async fn may_join(
        &self,
        actor: &Actor,
        conversation_id: &str,
    ) -> Result<Option<Conversation>, StoreError> {
        let found = may_join(&*self.store, actor, conversation_id).await?;
        Ok(found.map(|one| Conversation {
            id: one.id,
            stream: match one.subject {
                // Its customer takes part in all that happens in it.
                About::Message => Some(StreamId::user(&UserId::from(&one.customer))),
                // Staff and its customer have all of it in streams of their own.
                About::Ticket => None,
            },
            customer: UserId::from(&one.customer),
            staff: one.staff.as_ref().map(UserId::from),
        }))
    }

    async fn keep_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        self.store.keep_joined(session, user, joined).await
    }

    async fn renew_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        self.store.renew_joined(session, user, joined).await
    }

    async fn kept_joined(
        &self,
        session: &str,
        user: &UserId,
    ) -> Result<Option<BTreeMap<String, u64>>, StoreError> {
        self.store.kept_joined(session, user).await
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
