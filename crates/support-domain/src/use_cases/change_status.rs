//! Changes the status of a ticket, opens or closes it, with an assignment and a note if asked for.

use shared_kernel::{Actor, StaffId, TicketId, Versions};

use super::change::Change;
use super::{Outcome, Surroundings, author, known_staff, lock_visible, new_entry};
use crate::error::{Named, Reserved};
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::rights::{side, staff_only};
use crate::thread::{EntryKind, EntryText};
use crate::ticket::{StatusGroup, TicketFile};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ChangeStatus {
    pub ticket: TicketId,
    pub status: StatusGroup,
    /// Staff only.
    pub assigned_to: Option<StaffId>,
    /// Staff only.
    pub internal_note: Option<EntryText>,
    /// From `If-Match`.
    pub expected_version: Option<Versions>,
}

/// Changes the status; asking for the present one is no change and tells nobody. A new assignee may change
/// the exact status within the one asked for: whoever asked for a status has asked for that.
///
/// # Errors
/// [`SupportError::Forbidden`](crate::SupportError::Forbidden) when a customer assigns or writes a note; the others as they say.
pub async fn change_status(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    ask: ChangeStatus,
) -> Outcome<TicketFile> {
    let file = lock_visible(tx, &ask.ticket, actor, ask.expected_version.as_ref()).await?;
    if ask.assigned_to.is_some() || ask.internal_note.is_some() {
        staff_only(actor, Reserved::AssignmentOrNote)?;
    }
    let now = with.clock.now();
    let mut change = Change::of(file);
    let assigned = match ask.assigned_to {
        Some(id) => {
            change.file.assignee = Some(known_staff(tx, &id, Named::NewAssignee).await?);
            change.file.ticket.assign(Some(id), now)
        }
        None => false,
    };
    let ticket = &mut change.file.ticket;
    let requested = ticket.request_status(ask.status, side(actor), now);
    let note = ask
        .internal_note
        .map(|text| new_entry(with, &ticket.id, actor, EntryKind::Note, text, now));
    if assigned || requested || note.is_some() {
        ticket.updated_at = now;
        change.save(tx).await?;
    }
    if assigned {
        let by = actor.id.as_staff();
        change.tells(|file| TicketEvent::Assigned { file, by });
    }
    if let Some(entry) = note {
        tx.add_entry(&entry, &change.file.ticket.customer).await?;
        change.tells(|file| TicketEvent::EntryAdded { file, entry });
    }
    Ok(change.done(StatusCause::Request(author(actor).kind)))
}
