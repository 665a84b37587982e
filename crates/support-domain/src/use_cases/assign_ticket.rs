//! Assigns a ticket to a staff member, or takes it away from its assignee.

use shared_kernel::{Actor, StaffId, TicketId, Versions};

use super::change::Change;
use super::{Outcome, Surroundings, known_staff, lock_visible};
use crate::error::{Named, Reserved};
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::rights::staff_only;
use crate::ticket::TicketFile;

/// Who gets it.
#[derive(Debug, Clone)]
pub struct AssignTicket {
    pub ticket: TicketId,
    /// `None` takes it away from whoever has it.
    pub assignee: Option<StaffId>,
    /// From `If-Match`.
    pub expected_version: Option<Versions>,
}

/// Assigns a ticket; giving it to whoever has it is no change and tells nobody.
///
/// # Errors
/// [`SupportError::UnknownReference`](crate::SupportError::UnknownReference) when the assignee is not there,
/// [`SupportError::Forbidden`](crate::SupportError::Forbidden) for customers.
pub async fn assign_ticket(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    ask: AssignTicket,
) -> Outcome<TicketFile> {
    staff_only(actor, Reserved::Assignment)?;
    let file = lock_visible(tx, &ask.ticket, actor, ask.expected_version.as_ref()).await?;
    let mut change = Change::of(file);
    change.file.assignee = match &ask.assignee {
        Some(id) => Some(known_staff(tx, id, Named::Staff).await?),
        None => None,
    };
    if !change.file.ticket.assign(ask.assignee, with.clock.now()) {
        return Ok(change.came_to_nothing());
    }
    change.save(tx).await?;
    let by = actor.id.as_staff();
    change.tells(|file| TicketEvent::Assigned { file, by });
    Ok(change.done(StatusCause::Assignment))
}
