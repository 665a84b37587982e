//! An entry of a ticket's thread.

use serde::Serialize;
use support_domain::Entry;
use utoipa::ToSchema;

use crate::words::EntryAuthor;
use crate::{Instant, instant};

/// An entry of a ticket's thread.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactResponse {
    pub msg_id: String,
    /// The ticket.
    pub msg_parent_id: String,
    /// An internal note shows with its prefix, `[NOTE INTERNE]` or `[ESCALADE]`.
    pub msg_content: String,
    pub msg_date: Instant,
    pub author_id: String,
    pub author_kind: EntryAuthor,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// True for notes, which only staff see.
    pub internal: bool,
}

impl From<&Entry> for ContactResponse {
    fn from(entry: &Entry) -> Self {
        Self {
            msg_id: entry.id.to_string(),
            msg_parent_id: entry.ticket.to_string(),
            msg_content: format!("{}{}", entry.kind.shown_prefix(), entry.text.as_str()),
            msg_date: instant(entry.created_at),
            author_id: entry.author.id.to_string(),
            author_kind: entry.author.kind.into(),
            author_name: entry.author.name.clone(),
            internal: entry.kind.is_internal(),
        }
    }
}
