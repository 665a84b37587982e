//! Messages as callers see them: one definition for HTTP and for sockets.

use messages_domain::Message;
use messages_domain::ports::MessageCounts;
use serde::Serialize;
use shared_kernel::{Actor, UserId};
use utoipa::ToSchema;

use crate::http::field::{Errors, Field};
use crate::http::problem::Problem;
use crate::http::tickets::views::instant;

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
}

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
        }
    }
}

/// The envelope of this resource's answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Enveloped<T> {
    /// Always true; errors are problems.
    pub success: bool,
    pub data: T,
    /// What was done, in French.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'static str>,
}

impl<T> Enveloped<T> {
    /// An answer that only shows something.
    pub fn new(data: T) -> Self {
        Self {
            success: true,
            data,
            message: None,
        }
    }

    /// An answer to something that was done.
    pub fn done(data: T, message: &'static str) -> Self {
        Self {
            success: true,
            data,
            message: Some(message),
        }
    }
}

/// Something was done, and there is nothing to show.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoneView {
    pub success: bool,
    pub message: &'static str,
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

/// A field that says who calls must say the truth. It is never how we learn who calls.
pub(super) fn must_be_caller(
    errors: &mut Errors,
    name: &'static str,
    field: Field<UserId>,
    actor: &Actor,
) -> Result<(), Problem> {
    match errors.optional(name, field) {
        Some(id) if id != actor.id => Err(Problem::not_the_caller(name)),
        _ => Ok(()),
    }
}
