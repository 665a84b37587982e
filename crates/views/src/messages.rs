//! Messages as callers see them.

use messages_domain::Message;
use messages_domain::ports::MessageCounts;
use serde::Serialize;
use shared_kernel::Actor;
use utoipa::ToSchema;

use crate::instant;

/// A message.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModernMessage {
    pub id: String,
    pub customer_id: String,
    /// Null until somebody of support is in the conversation.
    pub staff_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// The conversation's root; absent for the root itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    pub conversation_id: String,
    pub author_id: String,
    /// `customer` or `staff`.
    pub author_kind: &'static str,
    pub subject: String,
    pub content: String,
    /// `open` or `closed`.
    pub status: &'static str,
    pub priority: &'static str,
    /// UTC, ISO 8601, milliseconds.
    pub created_at: String,
    pub updated_at: String,
    /// The other side has read it.
    pub is_read: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
    /// Hidden from its customer's lists since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<String>,
    /// Why it was closed, if that was said. Only support is shown it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_reason: Option<String>,
}

impl ModernMessage {
    /// A message as an actor may see it.
    pub fn seen_by(actor: &Actor, message: &Message) -> Self {
        let reason = message
            .close_reason
            .as_ref()
            .filter(|_| actor.role.is_staff());
        Self {
            close_reason: reason.map(|reason| reason.as_str().to_owned()),
            ..Self::from(message)
        }
    }
}

/// What both sides may see.
impl From<&Message> for ModernMessage {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id.to_string(),
            customer_id: message.customer.to_string(),
            staff_id: message.staff.as_ref().map(ToString::to_string),
            order_id: message.order.as_ref().map(ToString::to_string),
            parent_id: message.root.as_ref().map(ToString::to_string),
            conversation_id: message.conversation().to_string(),
            author_id: message.author.to_string(),
            author_kind: message.author_side.as_str(),
            subject: message.subject.as_str().to_owned(),
            content: message.content.as_str().to_owned(),
            status: message.state.as_str(),
            priority: message.priority.as_str(),
            created_at: instant(message.created_at),
            updated_at: instant(message.updated_at),
            is_read: message.read_at.is_some(),
            read_at: message.read_at.map(instant),
            archived_at: message.archived_at.map(instant),
            close_reason: None,
        }
    }
}

/// How many messages there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageStats {
    pub total: i64,
    pub open: i64,
    pub closed: i64,
    /// Addressed to the one who asks, and not read.
    pub unread: i64,
}

impl From<MessageCounts> for MessageStats {
    fn from(counts: MessageCounts) -> Self {
        Self {
            total: counts.total,
            open: counts.open,
            closed: counts.closed,
            unread: counts.unread,
        }
    }
}
