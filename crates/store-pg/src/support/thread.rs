//! Responses and notes.

use chrono::DateTime;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use serde_json::json;
use shared_kernel::{CustomerId, StoreError, TicketId};
use support_domain::ports::{EntryPosition, ThreadPart, ThreadWindow};
use support_domain::{AuthorKind, Entry, EntryKind};

use super::rows::EntryRow;
use crate::bigint::from_bigint;
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

/// What the texts of a part of a thread may have together, in bytes; the latest entry is shown however
/// long it is.
const MOST_BYTES: i32 = 1024 * 1024;

/// The latest entries, or those before one: as many as may be, as far as their texts are not too long
/// together. How long a text is, is known without reading it.
const PART: &str = "\
SELECT e.msg_id, e.msg_kind, m.msg_content, e.msg_date, m.msg_author_id, m.msg_author_kind, m.msg_author_name, m.msg_meta,
    e.remaining, {whole} AS total
FROM (
    SELECT msg_id, msg_kind, msg_date, count(*) OVER () AS remaining,
        sum(octet_length(msg_content)) OVER (ORDER BY msg_date DESC, msg_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS later
    FROM ___xtr_msg
    WHERE {thread} AND (msg_date, msg_id) < ({}, {})
    ORDER BY msg_date DESC, msg_id DESC LIMIT {}
) e JOIN ___xtr_msg m ON m.msg_id = e.msg_id
WHERE coalesce(e.later, 0) < {}
ORDER BY e.msg_date DESC, e.msg_id DESC";

/// A part of a ticket's thread.
pub(super) async fn part(
    conn: &AsyncPgConnection,
    ticket: &TicketId,
    with_notes: bool,
    window: &ThreadWindow,
) -> Result<ThreadPart, StoreError> {
    let kinds = if with_notes {
        "'response', 'note'"
    } else {
        "'response'"
    };
    let thread =
        format!("msg_parent_id = {{}} AND msg_kind IN ({kinds}) AND msg_deleted_at IS NULL");
    let whole = format!("(SELECT count(*) FROM ___xtr_msg WHERE {thread})");
    let sql = PART.replace("{whole}", &whole).replace("{thread}", &thread);
    let (before, before_id) = match &window.before {
        Some(position) => (position.micros, position.id.as_str().to_owned()),
        None => (END_OF_TIME, String::new()),
    };
    let before = DateTime::from_timestamp_micros(before).unwrap_or_default();
    let rows: Vec<PartRow> = Statement::new(sql)
        .bind::<Text, _>(ticket.as_str().to_owned())
        .bind::<Text, _>(ticket.as_str().to_owned())
        .bind::<Timestamptz, _>(before)
        .bind::<Text, _>(before_id)
        .bind::<BigInt, _>(i64::from(window.limit.get()))
        .bind::<Integer, _>(MOST_BYTES)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    read(rows, ticket)
}

/// Later than anything was written, in microseconds since 1970.
const END_OF_TIME: i64 = 253_402_300_799_000_000;

fn read(rows: Vec<PartRow>, ticket: &TicketId) -> Result<ThreadPart, StoreError> {
    let total = rows.first().map_or(0, |row| from_bigint(row.total));
    let remaining = rows.first().map_or(0, |row| from_bigint(row.remaining));
    let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let entries = rows
        .into_iter()
        .rev()
        .map(|row| row.entry.into_entry(ticket));
    let entries: Vec<Entry> = entries.collect::<Result<_, _>>()?;
    let earlier = entries.first().filter(|_| remaining > shown);
    Ok(ThreadPart {
        earlier: earlier.map(|first| EntryPosition {
            micros: first.created_at.timestamp_micros(),
            id: first.id.clone(),
        }),
        entries,
        total,
    })
}

#[derive(QueryableByName)]
struct PartRow {
    #[diesel(embed)]
    entry: EntryRow,
    /// Entries up to the window's end.
    #[diesel(sql_type = BigInt)]
    remaining: i64,
    /// Entries of the whole thread.
    #[diesel(sql_type = BigInt)]
    total: i64,
}
