//! Adds a response or an internal note to a ticket's thread.

use shared_kernel::{Actor, TicketId};

use super::change::Change;
use super::{Outcome, Surroundings, lock_visible, new_entry};
use crate::error::Reserved;
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::rights::{side, staff_only};
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
/// [`SupportError::Forbidden`](crate::SupportError::Forbidden) when a customer writes a note; the others as they say.
pub async fn add_response(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    said: AddResponse,
) -> Outcome<(TicketFile, Entry)> {
    let mut change = Change::of(lock_visible(tx, &said.ticket, actor, None).await?);
    if said.internal {
        staff_only(actor, Reserved::Note)?;
    }
    let now = with.clock.now();
    let kind = if said.internal {
        EntryKind::Note
    } else {
        EntryKind::Response
    };
    let ticket = &mut change.file.ticket;
    let entry = new_entry(with, &ticket.id, actor, kind, said.text, now);
    match (said.internal, side(actor)) {
        (true, _) => ticket.updated_at = now,
        (false, Side::Support) => ticket.support_answered(now),
        (false, Side::Customer) => ticket.customer_answered(now),
    }
    change.save(tx).await?;
    tx.add_entry(&entry, &change.file.ticket.customer).await?;
    change.tells(|file| TicketEvent::EntryAdded {
        file,
        entry: entry.clone(),
    });
    Ok(change.done(StatusCause::Response).map(|file| (file, entry)))
}
