//! Assigns a ticket to a staff member, or takes it away from its assignee.

use shared_kernel::{Actor, StaffId, TicketId};

use super::{Surroundings, known_staff, lock_visible, save};
use crate::error::{Named, SupportError};
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::ticket::TicketFile;

/// Who gets it.
#[derive(Debug, Clone)]
pub struct AssignTicket {
    pub ticket: TicketId,
    /// `None` takes it away from whoever has it.
    pub assignee: Option<StaffId>,
    /// From `If-Match`.
    pub expected_version: Option<u64>,
}

/// Assigns a ticket; giving it to whoever has it is no change and tells nobody.
///
/// # Errors
/// [`SupportError::UnknownReference`] when the assignee is not there.
pub async fn assign_ticket(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    ask: AssignTicket,
) -> Result<TicketFile, SupportError> {
    let mut file = lock_visible(tx, &ask.ticket, actor, ask.expected_version).await?;
    let before = file.ticket.clone();
    file.assignee = match &ask.assignee {
        Some(id) => Some(known_staff(tx, id, Named::Staff).await?),
        None => None,
    };
    if !file.ticket.assign(ask.assignee, with.clock.now()) {
        return Ok(file);
    }
    save(tx, &before, &mut file).await?;
    tx.record(&TicketEvent::Assigned {
        file: file.clone(),
        by: actor.id.as_staff(),
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
