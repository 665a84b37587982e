//! Closes a message: it asks for no attention any more.

use shared_kernel::{Actor, Done, EntryId};

use super::{Outcome, Surroundings, lock_visible, save, staff_of};
use crate::events::MessageEvent;
use crate::message::{CloseReason, Message};
use crate::ports::MessagesTx;

/// Closes a message. Closing hides nothing; closing it again tells nobody, and gives a reason only to
/// what was closed without one.
///
/// # Errors
/// [`MessagesError::MessageNotFound`](crate::MessagesError::MessageNotFound).
pub async fn close_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    id: &EntryId,
    reason: Option<CloseReason>,
) -> Outcome<Message> {
    let mut message = lock_visible(tx, id, actor).await?;
    let before = message.clone();
    let is_news = message.close(with.clock.now());
    message.close_reason = message.close_reason.or(reason);
    if message == before {
        return Ok(Done::quietly(message));
    }
    message.updated_at = with.clock.now();
    save(tx, &before, &mut message).await?;
    if !is_news {
        return Ok(Done::quietly(message));
    }
    let staff = staff_of(tx, &message).await?;
    let closed = MessageEvent::Closed {
        message: message.clone(),
        closer: actor.id.clone(),
        staff,
    };
    Ok(Done::telling(message, vec![closed]))
}
