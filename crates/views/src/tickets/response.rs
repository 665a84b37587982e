//! An entry of a ticket's thread.

use serde::Serialize;
use support_domain::{AuthorKind, Entry};
use utoipa::ToSchema;

use super::Audience;
use crate::instant;

/// An entry of a ticket's thread.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactResponse {
    pub msg_id: String,
    /// The ticket.
    pub msg_parent_id: String,
    /// An internal note shows with its prefix, `[NOTE INTERNE]` or `[ESCALADE]`.
    pub msg_content: String,
    pub msg_date: String,
    pub author_id: String,
    /// `customer` or `staff`.
    pub author_kind: &'static str,
    /// The name that was given. Of staff without one, customers see the desk's and colleagues the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// True for notes, which only staff see.
    pub internal: bool,
}

impl ContactResponse {
    /// An entry as an audience may see it.
    pub fn new(entry: &Entry, audience: &Audience) -> Self {
        let author = &entry.author;
        let given = author.name.as_deref();
        Self {
            msg_id: entry.id.to_string(),
            msg_parent_id: entry.ticket.to_string(),
            msg_content: format!("{}{}", entry.kind.shown_prefix(), entry.text.as_str()),
            msg_date: instant(entry.created_at),
            author_id: author.id.to_string(),
            author_kind: author.kind.as_str(),
            author_name: match author.kind {
                AuthorKind::Staff => audience.name_of_staff(given, author.id.as_str()),
                AuthorKind::Customer => author.name.clone(),
            },
            internal: entry.kind.is_internal(),
        }
    }
}
