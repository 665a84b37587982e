//! Replies to a message, within its conversation; the first reply of staff takes the conversation.

use shared_kernel::{Actor, Done, EntryId};

use super::{Outcome, Surroundings, lock_visible, save};
use crate::error::MessagesError;
use crate::events::{MessageEvent, Recipient};
use crate::message::{Content, Message, Side, State, Subject};
use crate::ports::MessagesTx;

/// The longest subject a reply may get.
const MAX_SUBJECT_CHARS: usize = 200;

/// What is said, to which message.
#[derive(Debug, Clone)]
pub struct Reply {
    pub to: EntryId,
    pub content: Content,
}

/// Replies. A reply to a reply belongs to the root; the staff member who answers a conversation
/// nobody had takes it.
///
/// # Errors
/// [`MessagesError::MessageNotFound`].
pub async fn reply_to_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    reply: Reply,
) -> Outcome<Message> {
    let answered = lock_visible(tx, &reply.to, actor).await?;
    let mut root = match &answered.root {
        Some(root) => tx
            .lock_message(root)
            .await?
            .ok_or(MessagesError::MessageNotFound)?,
        None => answered,
    };
    let now = with.clock.now();
    let side = Side::of(actor);
    if side == Side::Staff && root.staff.is_none() {
        let before = root.clone();
        root.staff = Some(actor.id.as_staff());
        root.updated_at = now;
        save(tx, &before, &mut root).await?;
    }
    let staff = if side == Side::Staff {
        Some(actor.id.as_staff())
    } else {
        root.staff.clone()
    };
    let message = Message {
        id: with.ids.entry_id(now),
        customer: root.customer.clone(),
        staff,
        order: root.order.clone(),
        root: Some(root.id.clone()),
        author: actor.id.clone(),
        author_side: side,
        subject: reply_subject(&root.subject),
        content: reply.content,
        priority: root.priority,
        state: State::Open,
        created_at: now,
        updated_at: now,
        read_at: None,
        archived_at: None,
        deleted_at: None,
        close_reason: None,
        version: 1,
    };
    tx.insert_message(&message).await?;
    let to = Recipient::of(side, &root.customer, root.staff.as_ref());
    let created = MessageEvent::Created {
        message: message.clone(),
        to,
    };
    Ok(Done::telling(message, vec![created]))
}

/// `RE: ` and the root's subject, once, cut to what a subject may hold.
fn reply_subject(root: &Subject) -> Subject {
    let text = root.as_str();
    if text.starts_with("RE: ") {
        return root.clone();
    }
    Subject::from_stored(
        format!("RE: {text}")
            .chars()
            .take(MAX_SUBJECT_CHARS)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replys_subject_is_the_roots_with_one_re() {
        let subject = |text: &str| Subject::parse(text).unwrap();
        assert_eq!(
            reply_subject(&subject("Ma commande")).as_str(),
            "RE: Ma commande"
        );
        assert_eq!(
            reply_subject(&subject("RE: Ma commande")).as_str(),
            "RE: Ma commande"
        );
        assert_eq!(
            reply_subject(&subject(&"é".repeat(200)))
                .as_str()
                .chars()
                .count(),
            200
        );
    }
}
