//! Escalates a ticket: urgent priority, a new assignee if one is named, the reason as a note.

use shared_kernel::{Actor, StaffId, TicketId};

use super::{Surroundings, known_staff, lock_visible, new_entry, save};
use crate::error::{Named, SupportError};
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
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
/// [`SupportError::UnknownReference`] when the new assignee is not there.
pub async fn escalate_ticket(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    ask: EscalateTicket,
) -> Result<TicketFile, SupportError> {
    let mut file = lock_visible(tx, &ask.ticket, actor, None).await?;
    let now = with.clock.now();
    let before = file.ticket.clone();
    if let Some(id) = ask.assignee {
        file.assignee = Some(known_staff(tx, &id, Named::Staff).await?);
        file.ticket.assign(Some(id), now);
    }
    file.ticket.escalate(now);
    save(tx, &before, &mut file).await?;
    let reason = new_entry(
        with,
        &file.ticket.id,
        actor,
        EntryKind::EscalationNote,
        ask.reason,
        now,
    );
    tx.add_entry(&reason, &file.ticket.customer).await?;
    tx.record(&TicketEvent::Escalated {
        file: file.clone(),
        reason,
    })
    .await?;
    if file.ticket.status != before.status {
        let cause = StatusCause::Assignment;
        let event = TicketEvent::StatusChanged {
            file: file.clone(),
            previous: before.status,
            cause,
        };
        tx.record(&event).await?;
    }
    Ok(file)
}
