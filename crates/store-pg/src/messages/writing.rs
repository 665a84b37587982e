//! Writing messages.

use analytics_domain::{MessageFacts, message_deltas};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use messages_domain::{Message, Side, State};
use shared_kernel::{EntryId, OrderId, StaffId, StoreError};

use super::rows::{COLUMNS, MessageRow};
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

/// Adds messages: a statement, or a part of the one that commits.
pub(crate) const INSERT: &str = "\
INSERT INTO ___xtr_msg (msg_kind, msg_id, msg_cst_id, msg_cnfa_id, msg_ord_id, msg_parent_id, msg_author_id, msg_author_kind,
    msg_subject, msg_content, msg_priority, msg_date, created_at, updated_at)
SELECT 'message', id, customer, staff, ord, root, author, side, subject, content, priority, at, at, updated
FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
    AS m (id, customer, staff, ord, root, author, side, subject, content, priority, at, updated) /*if known*/";

/// Binds messages to [`INSERT`].
pub(crate) fn bind(statement: Statement, messages: &[Message]) -> Statement {
    let texts = |of: fn(&Message) -> &str| -> Vec<String> {
        messages.iter().map(|one| of(one).to_owned()).collect()
    };
    let maybe = |of: fn(&Message) -> Option<&str>| -> Vec<Option<String>> {
        let names = messages.iter().map(of);
        names.map(|name| name.map(str::to_owned)).collect()
    };
    let instants = |of: fn(&Message) -> DateTime<Utc>| messages.iter().map(of).collect::<Vec<_>>();
    statement
        .bind::<Array<Text>, _>(texts(|one| one.id.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.customer.as_str()))
        .bind::<Array<Nullable<Text>>, _>(maybe(|one| one.staff.as_ref().map(StaffId::as_str)))
        .bind::<Array<Nullable<Text>>, _>(maybe(|one| one.order.as_ref().map(OrderId::as_str)))
        .bind::<Array<Nullable<Text>>, _>(maybe(|one| one.root.as_ref().map(EntryId::as_str)))
        .bind::<Array<Text>, _>(texts(|one| one.author.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.author_side.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.subject.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.content.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.priority.as_str()))
        .bind::<Array<Timestamptz>, _>(instants(|one| one.created_at))
        .bind::<Array<Timestamptz>, _>(instants(|one| one.updated_at))
}

/// Adds the messages that wait for the commit now, because what follows may look at them.
pub(super) async fn insert_waiting(tx: &mut PgTx) -> Result<(), StoreError> {
    let waiting = std::mem::take(&mut tx.waiting.messages);
    if waiting.is_empty() {
        return Ok(());
    }
    let inserting = bind(Statement::new(INSERT), &waiting);
    inserting
        .run(tx.begun().await?)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

/// A new message, in the figures.
pub(super) fn count(tx: &mut PgTx, message: &Message) {
    let lent = std::sync::Arc::clone(&tx.lent);
    tx.waiting
        .deltas
        .extend(message_deltas(None, &facts(message), &|at| lent.day_of(at)));
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
        .run(tx.begun().await?)
        .await
        .map_err(from_diesel)?;
    if updated != 1 {
        return Err(StoreError::Stale);
    }
    let lent = std::sync::Arc::clone(&tx.lent);
    tx.waiting
        .deltas
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

/// Asks for a message.
pub(super) fn finding(id: &EntryId, lock: bool) -> Statement {
    let lock = if lock { "FOR NO KEY UPDATE" } else { "" };
    let sql = format!(
        "SELECT {COLUMNS} FROM ___xtr_msg m WHERE m.msg_id = {{}} AND m.msg_kind = 'message' {lock}"
    );
    Statement::new(sql).bind::<Text, _>(id.as_str().to_owned())
}

pub(super) async fn find(
    conn: &AsyncPgConnection,
    id: &EntryId,
) -> Result<Option<Message>, StoreError> {
    let row: Option<MessageRow> = finding(id, false).row(conn).await.map_err(from_diesel)?;
    row.map(Message::try_from).transpose()
}
