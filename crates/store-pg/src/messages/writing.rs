//! Writing messages.

use analytics_domain::{MessageFacts, message_deltas};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use messages_domain::{Message, Side, State};
use shared_kernel::{EntryId, StoreError};

use super::rows::{COLUMNS, MessageRow};
use crate::error::from_diesel;
use crate::statement::Statement;
use crate::tx::PgTx;

const INSERT: &str = "\
INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_cnfa_id, msg_ord_id, msg_parent_id, msg_author_id, msg_author_kind,
    msg_subject, msg_content, msg_priority, msg_date, created_at, updated_at)
VALUES ({}, 'message', {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})";

pub(super) async fn insert(tx: &mut PgTx, message: &Message) -> Result<(), StoreError> {
    Statement::new(INSERT)
        .bind::<Text, _>(message.id.as_str().to_owned())
        .bind::<Text, _>(message.customer.as_str().to_owned())
        .bind::<Nullable<Text>, _>(message.staff.as_ref().map(|id| id.as_str().to_owned()))
        .bind::<Nullable<Text>, _>(message.order.as_ref().map(|id| id.as_str().to_owned()))
        .bind::<Nullable<Text>, _>(message.root.as_ref().map(|id| id.as_str().to_owned()))
        .bind::<Text, _>(message.author.as_str().to_owned())
        .bind::<Text, _>(message.author_side.as_str())
        .bind::<Text, _>(message.subject.as_str().to_owned())
        .bind::<Text, _>(message.content.as_str().to_owned())
        .bind::<Text, _>(message.priority.as_str())
        .bind::<Timestamptz, _>(message.created_at)
        .bind::<Timestamptz, _>(message.created_at)
        .bind::<Timestamptz, _>(message.updated_at)
        .run(tx.conn()?)
        .await
        .map_err(from_diesel)?;
    let lent = std::sync::Arc::clone(&tx.lent);
    tx.deltas
        .extend(message_deltas(None, &facts(message), &|at| lent.day_of(at)));
    Ok(())
}

const UPDATE: &str = "\
UPDATE ___xtr_msg SET msg_cnfa_id = {}, msg_subject = {}, msg_content = {}, msg_priority = {}, msg_open = {}, msg_close = {},
    msg_read_at = {}, msg_archived_at = {}, msg_deleted_at = {}, msg_version = {}, updated_at = {}
WHERE msg_id = {} AND msg_version = {}";

pub(super) async fn update(
    tx: &mut PgTx,
    before: &Message,
    after: &Message,
) -> Result<(), StoreError> {
    let (open, close) = if after.state == State::Open {
        ("1", "0")
    } else {
        ("0", "1")
    };
    let updated = Statement::new(UPDATE)
        .bind::<Nullable<Text>, _>(after.staff.as_ref().map(|id| id.as_str().to_owned()))
        .bind::<Text, _>(after.subject.as_str().to_owned())
        .bind::<Text, _>(after.content.as_str().to_owned())
        .bind::<Text, _>(after.priority.as_str())
        .bind::<Text, _>(open)
        .bind::<Text, _>(close)
        .bind::<Nullable<Timestamptz>, _>(after.read_at)
        .bind::<Nullable<Timestamptz>, _>(after.archived_at)
        .bind::<Nullable<Timestamptz>, _>(after.deleted_at)
        .bind::<BigInt, _>(version(after))
        .bind::<Timestamptz, _>(after.updated_at)
        .bind::<Text, _>(after.id.as_str().to_owned())
        .bind::<BigInt, _>(version(before))
        .run(tx.conn()?)
        .await
        .map_err(from_diesel)?;
    if updated != 1 {
        return Err(StoreError::Stale);
    }
    let lent = std::sync::Arc::clone(&tx.lent);
    tx.deltas
        .extend(message_deltas(Some(&facts(before)), &facts(after), &|at| {
            lent.day_of(at)
        }));
    Ok(())
}

fn facts(message: &Message) -> MessageFacts {
    MessageFacts {
        deleted: message.deleted_at.is_some(),
        status: message.state.as_str(),
        priority: message.priority.as_str(),
        agent: message
            .staff
            .as_ref()
            .map(|id| id.as_str().to_owned())
            .unwrap_or_default(),
        created_at: message.created_at,
        unread_by_support: message.author_side == Side::Customer && message.read_at.is_none(),
    }
}

fn version(message: &Message) -> i64 {
    i64::try_from(message.version).unwrap_or(i64::MAX)
}

pub(super) async fn find(
    conn: &AsyncPgConnection,
    id: &EntryId,
    lock: bool,
) -> Result<Option<Message>, StoreError> {
    let lock = if lock { "FOR NO KEY UPDATE" } else { "" };
    let sql = format!(
        "SELECT {COLUMNS} FROM ___xtr_msg m WHERE m.msg_id = {{}} AND m.msg_kind = 'message' {lock}"
    );
    let row: Option<MessageRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(Message::try_from).transpose()
}
