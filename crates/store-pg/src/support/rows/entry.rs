//! The row of a response or a note.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz};
use serde_json::Value;
use shared_kernel::{Body, EntryId, StoreError, TicketId, UserId, given_name};
use support_domain::{Author, AuthorKind, Entry, EntryKind};

use crate::error::bad_row;

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(in crate::support) struct EntryRow {
    #[diesel(sql_type = Text)]
    msg_id: String,
    #[diesel(sql_type = Text)]
    msg_kind: String,
    #[diesel(sql_type = Text)]
    msg_content: String,
    #[diesel(sql_type = Timestamptz)]
    msg_date: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_author_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_author_kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_author_name: Option<String>,
    #[diesel(sql_type = Jsonb)]
    msg_meta: Value,
}

impl EntryRow {
    pub(in crate::support) fn into_entry(self, ticket: &TicketId) -> Result<Entry, StoreError> {
        let bad = |column: &str| bad_row("___xtr_msg", &self.msg_id, column);
        let escalation = self
            .msg_meta
            .get("escalation")
            .and_then(Value::as_bool)
            .unwrap_or_default();
        let kind = match (self.msg_kind.as_str(), escalation) {
            ("response", _) => EntryKind::Response,
            ("note", false) => EntryKind::Note,
            ("note", true) => EntryKind::EscalationNote,
            _ => return Err(bad("msg_kind")),
        };
        let author_kind = self.msg_author_kind.as_deref().and_then(AuthorKind::parse);
        let author = Author {
            id: self
                .msg_author_id
                .clone()
                .and_then(|id| UserId::parse(id).ok())
                .ok_or_else(|| bad("msg_author_id"))?,
            kind: author_kind.ok_or_else(|| bad("msg_author_kind"))?,
            // An issuer may have put an address where a name belongs.
            name: self
                .msg_author_name
                .as_deref()
                .and_then(|name| given_name(name, None)),
        };
        Ok(Entry {
            id: EntryId::parse(self.msg_id.clone()).map_err(|_| bad("msg_id"))?,
            ticket: ticket.clone(),
            kind,
            author,
            created_at: self.msg_date,
            text: Body::from_stored(self.msg_content),
        })
    }
}
