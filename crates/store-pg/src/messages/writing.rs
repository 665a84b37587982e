//! Writing messages, and counting what changes in the figures.

use analytics_domain::{MessageFacts, message_deltas};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use messages_domain::{Message, Side, State};
use shared_kernel::StoreError;

use super::insert::{self, INSERT};
use crate::bigint::to_bigint;
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

/// Adds the messages that wait for the commit now, because what follows may look at them.
pub(super) async fn insert_waiting(tx: &mut PgTx) -> Result<(), StoreError> {
    let waiting = std::mem::take(&mut tx.waiting.messages);
    if waiting.is_empty() {
        return Ok(());
    }
    let inserting = insert::bind(Statement::new(INSERT), &waiting);
    inserting
        .run(tx.begun().await?)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

/// A new message, in the figures.
pub(super) fn count(tx: &mut PgTx, message: &Message) {
    tx.count(|day_of| message_deltas(None, &facts(message), day_of));
}

const UPDATE: &str = "\
UPDATE ___xtr_msg SET msg_cnfa_id = {}, msg_subject = {}, msg_content = {}, msg_priority = {}, msg_open = {}, msg_close = {},
    msg_read_at = {}, msg_archived_at = {}, msg_deleted_at = {}, msg_close_reason = {}, msg_version = {}, updated_at = {}
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
        .bind::<Nullable<Text>, _>(
            after
                .close_reason
                .as_ref()
                .map(|text| text.as_str().to_owned()),
        )
        .bind::<BigInt, _>(to_bigint(after.version))
        .bind::<Timestamptz, _>(after.updated_at)
        .bind::<Text, _>(after.id.as_str().to_owned())
        .bind::<BigInt, _>(to_bigint(before.version))
        .run(tx.begun().await?)
        .await
        .map_err(from_diesel)?;
    if updated != 1 {
        return Err(StoreError::Stale);
    }
    tx.count(|day_of| message_deltas(Some(&facts(before)), &facts(after), day_of));
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
