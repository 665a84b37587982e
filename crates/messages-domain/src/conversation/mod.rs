//! Who has to do with whom: asked before somebody follows a conversation, or is told that somebody
//! types.
//!
//! A conversation is named by its root message or by a ticket. What does not exist is answered as
//! what is not the asker's. To let somebody else in: the rule here, its test below.

use shared_kernel::{Actor, CustomerId, EntryId, StaffId, StoreError, TicketId, UserId};

use crate::message::Message;
use crate::ports::{About, ConversationQueries, Followed};
use crate::rights::Scope;

/// The conversation, if an actor may follow it: a ticket, or a root message, of theirs; any of them for
/// staff.
///
/// # Errors
/// [`StoreError`].
pub async fn may_join(
    queries: &dyn ConversationQueries,
    actor: &Actor,
    conversation: &str,
) -> Result<Option<Followed>, StoreError> {
    if let Ok(id) = EntryId::parse(conversation)
        && let Some(message) = queries.find_message(&id).await?
    {
        return Ok(may_follow(actor, &message).then(|| Followed {
            id: message.id.to_string(),
            customer: message.customer,
            staff: message.staff,
            subject: About::Message,
        }));
    }
    match TicketId::parse(conversation) {
        Ok(id) => queries.visible_ticket(actor, &id).await,
        Err(_) => Ok(None),
    }
}

/// Whether an actor may follow what a message began. A reply began nothing.
fn may_follow(actor: &Actor, message: &Message) -> bool {
    message.root.is_none() && Scope::of(actor).holds(message)
}

/// Whether an actor and somebody else share a conversation or a ticket. One of them is staff and the
/// other a customer: two of one side never do.
///
/// # Errors
/// [`StoreError`].
pub async fn share_conversation(
    queries: &dyn ConversationQueries,
    actor: &Actor,
    other: &UserId,
) -> Result<bool, StoreError> {
    let (customer, staff) = sides(actor, other);
    queries.have_met(&customer, &staff).await
}

fn sides(actor: &Actor, other: &UserId) -> (CustomerId, StaffId) {
    if actor.role.is_staff() {
        (other.as_customer(), actor.id.as_staff())
    } else {
        (actor.id.as_customer(), other.as_staff())
    }
}

/// Who wrote a message, when the actor may see it.
///
/// # Errors
/// [`StoreError`].
pub async fn author_of(
    queries: &dyn ConversationQueries,
    actor: &Actor,
    message: &str,
) -> Result<Option<UserId>, StoreError> {
    let Ok(id) = EntryId::parse(message) else {
        return Ok(None);
    };
    let message = queries.find_message(&id).await?;
    Ok(message
        .filter(|message| Scope::of(actor).holds(message))
        .map(|message| message.author))
}

#[cfg(test)]
mod tests;
