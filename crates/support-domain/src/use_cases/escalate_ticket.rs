//! Escalates a ticket: urgent priority, a new assignee if one is named, the reason as a note.

use shared_kernel::{Actor, StaffId, TicketId};

use super::change::Change;
use super::{Outcome, Surroundings, known_staff, lock_visible, new_entry};
use crate::error::{Named, Reserved};
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::rights::staff_only;
use crate::thread::{EntryKind, EntryText};
use crate::ticket::TicketFile;

/// Why, and to whom.
#[derive(Debug, Clone)]
pub struct EscalateTicket {
    pub ticket: TicketId,
    /// Who takes it from here; whoever has it keeps it when `None`.
    pub assignee: Option<StaffId>,
    pub reason: EntryText,
}

/// Makes a ticket urgent, hands it on, and keeps the reason as a note.
///
/// # Errors
/// [`SupportError::UnknownReference`](crate::SupportError::UnknownReference) when the new assignee is not there,
/// [`SupportError::Forbidden`](crate::SupportError::Forbidden) for customers.
pub async fn escalate_ticket(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    ask: EscalateTicket,
) -> Outcome<TicketFile> {
    staff_only(actor, Reserved::Escalation)?;
    let mut change = Change::of(lock_visible(tx, &ask.ticket, actor, None).await?);
    let now = with.clock.now();
    if let Some(id) = ask.assignee {
        change.file.assignee = Some(known_staff(tx, &id, Named::Staff).await?);
        change.file.ticket.assign(Some(id), now);
    }
    change.file.ticket.escalate(now);
    change.save(tx).await?;
    let ticket = &change.file.ticket;
    let kind = EntryKind::EscalationNote;
    let reason = new_entry(with, &ticket.id, actor, kind, ask.reason, now);
    tx.add_entry(&reason, &ticket.customer).await?;
    change.tells(|file| TicketEvent::Escalated { file, reason });
    Ok(change.done(StatusCause::Assignment))
}
