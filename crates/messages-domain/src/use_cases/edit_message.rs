//! Edits a message: its author changes subject, content or priority.

use shared_kernel::{Actor, Done, EntryId};

use super::{Outcome, Surroundings, lock_visible, save, staff_of};
use crate::error::MessagesError;
use crate::events::MessageEvent;
use crate::message::{Content, Message, Priority, Subject};
use crate::ports::MessagesTx;

/// What is to be otherwise; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct EditMessage {
    pub subject: Option<Subject>,
    pub content: Option<Content>,
    pub priority: Option<Priority>,
}

/// Changes what a message says. Saying the same tells nobody.
///
/// # Errors
/// [`MessagesError::NotTheAuthor`], [`MessagesError::MessageNotFound`].
pub async fn edit_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    id: &EntryId,
    edit: EditMessage,
) -> Outcome<Message> {
    let mut message = lock_visible(tx, id, actor).await?;
    if message.author != actor.id {
        return Err(MessagesError::NotTheAuthor);
    }
    let before = message.clone();
    message.subject = edit.subject.unwrap_or(message.subject);
    message.content = edit.content.unwrap_or(message.content);
    message.priority = edit.priority.unwrap_or(message.priority);
    if message == before {
        return Ok(Done::quietly(message));
    }
    message.updated_at = with.clock.now();
    save(tx, &before, &mut message).await?;
    let updated = MessageEvent::Updated {
        staff: staff_of(tx, &message).await?,
        message: message.clone(),
    };
    Ok(Done::telling(message, vec![updated]))
}
