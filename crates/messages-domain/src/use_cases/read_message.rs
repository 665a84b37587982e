//! Marks a message as read by the other side.

use shared_kernel::{Actor, Done, EntryId};

use super::{Outcome, Surroundings, lock_visible, save};
use crate::events::MessageEvent;
use crate::message::{Message, Side};
use crate::ports::MessagesTx;

/// Marks a message as read by the actor's side. Reading it again, or reading one's own, is no news.
///
/// # Errors
/// [`MessagesError::MessageNotFound`](crate::MessagesError::MessageNotFound).
pub async fn read_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    id: &EntryId,
) -> Outcome<Message> {
    let mut message = lock_visible(tx, id, actor).await?;
    let before = message.clone();
    if !message.read_by(Side::of(actor), with.clock.now()) {
        return Ok(Done::quietly(message));
    }
    save(tx, &before, &mut message).await?;
    let read = MessageEvent::Read {
        message: message.clone(),
        reader: actor.id.clone(),
    };
    Ok(Done::telling(message, vec![read]))
}
