//! Closes a message: it asks for no attention any more.

use shared_kernel::{Actor, Done, EntryId};

use super::{Outcome, Surroundings, lock_visible, save};
use crate::events::MessageEvent;
use crate::message::Message;
use crate::ports::MessagesTx;

/// Closes a message. Closing hides nothing; closing it again tells nobody.
///
/// # Errors
/// [`MessagesError::MessageNotFound`](crate::MessagesError::MessageNotFound).
pub async fn close_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    id: &EntryId,
) -> Outcome<Message> {
    let mut message = lock_visible(tx, id, actor).await?;
    let before = message.clone();
    if !message.close(with.clock.now()) {
        return Ok(Done::quietly(message));
    }
    save(tx, &before, &mut message).await?;
    let staff = match &message.root {
        Some(root) => tx.lock_message(root).await?.and_then(|root| root.staff),
        None => message.staff.clone(),
    };
    let closed = MessageEvent::Closed {
        message: message.clone(),
        closer: actor.id.clone(),
        staff,
    };
    Ok(Done::telling(message, vec![closed]))
}
