//! Responses and notes.

use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use serde_json::json;
use shared_kernel::{CustomerId, StoreError, TicketId};
use support_domain::{AuthorKind, Entry, EntryKind};

use super::rows::EntryRow;
use crate::error::from_diesel;
use crate::unit::statement::Statement;

const INSERT: &str = "\
INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_cnfa_id, msg_subject, msg_content, msg_date, msg_parent_id,
    msg_author_id, msg_author_kind, msg_author_name, msg_meta, created_at, updated_at)
SELECT {}, {}, {}, {}, left('RE: ' || msg_subject, 255), {}, {}, msg_id, {}, {}, {}, {}, {}, {}
FROM ___xtr_msg WHERE msg_id = {}";

pub(super) async fn add(
    conn: &AsyncPgConnection,
    entry: &Entry,
    owner: &CustomerId,
) -> Result<(), StoreError> {
    let (kind, meta) = match entry.kind {
        EntryKind::Response => ("response", json!({})),
        EntryKind::Note => ("note", json!({})),
        EntryKind::EscalationNote => ("note", json!({ "escalation": true })),
    };
    let author_is_staff = entry.author.kind == AuthorKind::Staff;
    Statement::new(INSERT)
        .bind::<Text, _>(entry.id.as_str().to_owned())
        .bind::<Text, _>(kind)
        .bind::<Text, _>(owner.as_str().to_owned())
        .bind::<Nullable<Text>, _>(author_is_staff.then(|| entry.author.id.as_str().to_owned()))
        .bind::<Text, _>(entry.text.as_str().to_owned())
        .bind::<Timestamptz, _>(entry.created_at)
        .bind::<Text, _>(entry.author.id.as_str().to_owned())
        .bind::<Text, _>(entry.author.kind.as_str())
        .bind::<Nullable<Text>, _>(entry.author.name.clone())
        .bind::<Jsonb, _>(meta)
        .bind::<Timestamptz, _>(entry.created_at)
        .bind::<Timestamptz, _>(entry.created_at)
        .bind::<Text, _>(entry.ticket.as_str().to_owned())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

/// A ticket's thread, oldest first.
pub(super) async fn entries(
    conn: &AsyncPgConnection,
    ticket: &TicketId,
    with_notes: bool,
) -> Result<Vec<Entry>, StoreError> {
    let kinds = if with_notes {
        "'response', 'note'"
    } else {
        "'response'"
    };
    let sql = format!(
        "SELECT msg_id, msg_kind, msg_content, msg_date, msg_author_id, msg_author_kind, msg_author_name, msg_meta \
         FROM ___xtr_msg WHERE msg_parent_id = {{}} AND msg_kind IN ({kinds}) AND msg_deleted_at IS NULL ORDER BY msg_date, msg_id"
    );
    let rows: Vec<EntryRow> = Statement::new(sql)
        .bind::<Text, _>(ticket.as_str().to_owned())
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    rows.into_iter().map(|row| row.into_entry(ticket)).collect()
}
