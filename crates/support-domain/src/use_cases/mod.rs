//! One file per verb. Each runs inside a unit of work that its caller opens and commits, so that
//! the answer to an idempotent request is kept in the same transaction as the change, and answers with
//! what others are to hear of: the caller writes it with the change.

mod add_response;
mod assign_ticket;
mod change;
mod change_status;
mod check_people;
mod close_quiet_tickets;
mod create_ticket;
mod enter_customer;
mod enter_staff;
mod escalate_ticket;
mod import_people;
mod one_kind;
mod rate_ticket;
#[cfg(test)]
mod tests;

pub use add_response::{AddResponse, add_response};
pub use assign_ticket::{AssignTicket, assign_ticket};
pub use change_status::{ChangeStatus, change_status};
pub use check_people::{Said, Wrong, taken_ids, wrong_with};
pub use close_quiet_tickets::close_quiet_tickets;
pub use create_ticket::{CreateTicket, create_ticket};
pub use enter_customer::{EnterCustomer, enter_customer};
pub use enter_staff::{EnterStaff, enter_staff};
pub use escalate_ticket::{EscalateTicket, escalate_ticket};
pub use import_people::{Imported, Person, import_people};
pub use rate_ticket::{RateTicket, Rater, rate_ticket};
pub use shared_kernel::Surroundings;

use chrono::{DateTime, Utc};
use shared_kernel::{Actor, Done, StaffId, TicketId, Versions};

use crate::error::{Named, SupportError};
use crate::events::TicketEvent;
use crate::ports::SupportTx;
use crate::rights::Scope;
use crate::staff::Staff;
use crate::thread::{Author, AuthorKind, Entry, EntryKind, EntryText};
use crate::ticket::TicketFile;

/// What a verb comes to: its value and what it tells, or a refusal.
pub type Outcome<T> = Result<Done<T, TicketEvent>, SupportError>;

/// Locks a ticket the actor may see, at the version they expect (any, when `None`).
async fn lock_visible(
    tx: &mut dyn SupportTx,
    id: &TicketId,
    actor: &Actor,
    expected_version: Option<&Versions>,
) -> Result<TicketFile, SupportError> {
    let file = tx
        .lock_ticket(id)
        .await?
        .ok_or(SupportError::TicketNotFound)?;
    if !Scope::of(actor).holds(&file.ticket) {
        return Err(SupportError::TicketNotFound);
    }
    if expected_version.is_some_and(|expected| !expected.holds(file.ticket.version)) {
        return Err(SupportError::VersionMismatch);
    }
    Ok(file)
}

async fn known_staff(
    tx: &mut dyn SupportTx,
    id: &StaffId,
    named: Named,
) -> Result<Staff, SupportError> {
    tx.staff(id)
        .await?
        .ok_or(SupportError::UnknownReference(named))
}

fn author(actor: &Actor) -> Author {
    let kind = if actor.role.is_staff() {
        AuthorKind::Staff
    } else {
        AuthorKind::Customer
    };
    Author {
        id: actor.id.clone(),
        kind,
        name: actor.name.clone(),
    }
}

fn new_entry(
    with: Surroundings<'_>,
    ticket: &TicketId,
    actor: &Actor,
    kind: EntryKind,
    text: EntryText,
    now: DateTime<Utc>,
) -> Entry {
    Entry {
        id: with.ids.entry_id(now),
        ticket: ticket.clone(),
        kind,
        author: author(actor),
        text,
        created_at: now,
    }
}
