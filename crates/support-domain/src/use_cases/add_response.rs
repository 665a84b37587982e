//! Adds a response or an internal note to a ticket's thread.

use shared_kernel::{Actor, TicketId};

use super::{Surroundings, lock_visible, new_entry, save};
use crate::error::{Reserved, SupportError};
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::rights::side;
use crate::thread::{Entry, EntryKind, EntryText};
use crate::ticket::{Side, TicketFile};

/// What is said.
#[derive(Debug, Clone)]
pub struct AddResponse {
    pub ticket: TicketId,
    pub text: EntryText,
    /// An internal note; staff only.
    pub internal: bool,
}

/// Adds a response, or an internal note.
///
/// # Errors
/// [`SupportError::Forbidden`] when a customer writes a note; the others as they say.
pub async fn add_response(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    said: AddResponse,
) -> Result<(TicketFile, Entry), SupportError> {
    let mut file = lock_visible(tx, &said.ticket, actor, None).await?;
    if said.internal && !actor.role.is_staff() {
        return Err(SupportError::Forbidden(Reserved::Note));
    }
    let now = with.clock.now();
    let kind = if said.internal {
        EntryKind::Note
    } else {
        EntryKind::Response
    };
    let entry = new_entry(with, &file.ticket.id, actor, kind, said.text, now);
    let before = file.ticket.clone();
    match (said.internal, side(actor)) {
        (true, _) => file.ticket.updated_at = now,
        (false, Side::Support) => file.ticket.support_answered(now),
        (false, Side::Customer) => file.ticket.customer_answered(now),
    }
    save(tx, &before, &mut file).await?;
    tx.add_entry(&entry, &file.ticket.customer).await?;
    tx.record(&TicketEvent::EntryAdded {
        file: file.clone(),
        entry: entry.clone(),
    })
    .await?;
    if file.ticket.status != before.status {
        let cause = StatusCause::Response;
        let event = TicketEvent::StatusChanged {
            file: file.clone(),
            previous: before.status,
            cause,
        };
        tx.record(&event).await?;
    }
    Ok((file, entry))
}
