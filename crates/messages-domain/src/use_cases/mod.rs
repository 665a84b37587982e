//! One file per verb. Each runs inside a unit of work that its caller opens and commits, and answers
//! with what others are to hear of: the caller writes it with the change.

mod close_message;
mod create_message;
mod edit_message;
mod put_away_message;
mod read_message;
mod reply_to_message;
#[cfg(test)]
mod tests;

pub use close_message::close_message;
pub use create_message::{CreateMessage, create_message};
pub use edit_message::{EditMessage, edit_message};
pub use put_away_message::{archive_message, delete_message};
pub use read_message::read_message;
pub use reply_to_message::{Reply, reply_to_message};
pub use shared_kernel::Surroundings;

use shared_kernel::{Actor, Done, EntryId, StaffId};

use crate::error::MessagesError;
use crate::events::MessageEvent;
use crate::message::Message;
use crate::ports::MessagesTx;
use crate::rights::Scope;

/// What a verb comes to: its value and what it tells, or a refusal.
pub type Outcome<T> = Result<Done<T, MessageEvent>, MessagesError>;

/// Locks a message the actor may see.
async fn lock_visible(
    tx: &mut dyn MessagesTx,
    id: &EntryId,
    actor: &Actor,
) -> Result<Message, MessagesError> {
    let message = tx
        .lock_message(id)
        .await?
        .ok_or(MessagesError::MessageNotFound)?;
    if Scope::of(actor).holds(&message) {
        Ok(message)
    } else {
        Err(MessagesError::MessageNotFound)
    }
}

/// The staff member in a message's conversation: the root's.
async fn staff_of(
    tx: &mut dyn MessagesTx,
    message: &Message,
) -> Result<Option<StaffId>, MessagesError> {
    Ok(match &message.root {
        Some(root) => tx.lock_message(root).await?.and_then(|root| root.staff),
        None => message.staff.clone(),
    })
}

/// Writes a locked message's new state and counts its version up.
async fn save(
    tx: &mut dyn MessagesTx,
    before: &Message,
    after: &mut Message,
) -> Result<(), MessagesError> {
    after.version = before.version + 1;
    tx.update_message(before, after).await?;
    Ok(())
}
