//! Archives a message for its customer, or deletes it for both sides.

use shared_kernel::{Actor, Done, EntryId};

use super::{Outcome, Surroundings, save, staff_of};
use crate::error::MessagesError;
use crate::events::MessageEvent;
use crate::message::Message;
use crate::ports::MessagesTx;
use crate::rights::{Scope, may_put_away};

/// Hides a message from its customer's lists. Hiding it again tells nobody.
///
/// # Errors
/// [`MessagesError::NotFoundOrRefused`], [`MessagesError::DeletedBefore`].
pub async fn archive_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    id: &EntryId,
) -> Outcome<Message> {
    let mut message = lock_own(tx, id, actor).await?;
    let before = message.clone();
    if !message.archive(with.clock.now()) {
        return Ok(Done::quietly(message));
    }
    save(tx, &before, &mut message).await?;
    let archived = MessageEvent::Archived {
        message: message.clone(),
        by: actor.id.clone(),
    };
    Ok(Done::telling(message, vec![archived]))
}

/// Hides a message from both sides; the row stays.
///
/// # Errors
/// [`MessagesError::NotFoundOrRefused`], [`MessagesError::DeletedBefore`].
pub async fn delete_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    id: &EntryId,
) -> Outcome<Message> {
    let mut message = lock_own(tx, id, actor).await?;
    let before = message.clone();
    message.delete(with.clock.now());
    save(tx, &before, &mut message).await?;
    let deleted = MessageEvent::Deleted {
        staff: staff_of(tx, &message).await?,
        message: message.clone(),
        by: actor.id.clone(),
    };
    Ok(Done::telling(message, vec![deleted]))
}

async fn lock_own(
    tx: &mut dyn MessagesTx,
    id: &EntryId,
    actor: &Actor,
) -> Result<Message, MessagesError> {
    let message = tx
        .lock_message(id)
        .await?
        .ok_or(MessagesError::NotFoundOrRefused)?;
    // First the right: who has none does not learn that it was deleted.
    if !may_put_away(actor, &message) {
        return Err(MessagesError::NotFoundOrRefused);
    }
    if Scope::of(actor).holds(&message) {
        Ok(message)
    } else {
        Err(MessagesError::DeletedBefore)
    }
}
