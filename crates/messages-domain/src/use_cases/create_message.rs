//! Creates a message: the root of a new conversation between a customer and staff.

use shared_kernel::{Actor, CustomerId, Done, OrderId, Role, StaffId};

use super::{Outcome, Surroundings};
use crate::error::{MessagesError, Named};
use crate::events::{MessageEvent, Recipient};
use crate::message::{Content, Message, Priority, Side, State, Subject};
use crate::ports::MessagesTx;

/// What is said, by and to whom.
#[derive(Debug, Clone)]
pub struct CreateMessage {
    pub customer: CustomerId,
    /// A customer may leave it open; whoever of support answers first takes it.
    pub staff: Option<StaffId>,
    pub order: Option<OrderId>,
    pub subject: Subject,
    pub content: Content,
    pub priority: Priority,
}

/// Begins a conversation: a customer in their own name, staff in theirs, admins in any.
///
/// # Errors
/// [`MessagesError::IdentityMismatch`] for somebody else's name, [`MessagesError::UnknownReference`]
/// for somebody who is not there.
pub async fn create_message(
    tx: &mut dyn MessagesTx,
    with: Surroundings<'_>,
    actor: &Actor,
    said: CreateMessage,
) -> Outcome<Message> {
    in_own_name(actor, &said)?;
    let (staff, order) = (said.staff.as_ref(), said.order.as_ref());
    let known = tx.known(&said.customer, staff, order).await?;
    let named = [
        (Named::Customer, known.customer),
        (Named::Staff, known.staff),
        (Named::Order, known.order),
    ];
    if let Some((absent, _)) = named.into_iter().find(|(_, is_there)| !is_there) {
        return Err(MessagesError::UnknownReference(absent));
    }
    let now = with.clock.now();
    let message = Message {
        id: with.ids.entry_id(now),
        customer: said.customer,
        staff: said.staff,
        order: said.order,
        root: None,
        author: actor.id.clone(),
        author_side: Side::of(actor),
        subject: said.subject,
        content: said.content,
        priority: said.priority,
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
    let to = Recipient::of(
        message.author_side,
        &message.customer,
        message.staff.as_ref(),
    );
    let created = MessageEvent::Created {
        message: message.clone(),
        to,
    };
    Ok(Done::telling(message, vec![created]))
}

fn in_own_name(actor: &Actor, said: &CreateMessage) -> Result<(), MessagesError> {
    let somebody_else = match actor.role {
        Role::Customer if said.customer != actor.id.as_customer() => Named::Customer,
        Role::Staff if said.staff.as_ref() != Some(&actor.id.as_staff()) => Named::Staff,
        Role::Customer | Role::Staff | Role::Admin => return Ok(()),
    };
    Err(MessagesError::IdentityMismatch(somebody_else))
}
