//! A change of a ticket, and what it tells: the one place that says when a status has changed.

use shared_kernel::Done;

use crate::error::SupportError;
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::ticket::{Ticket, TicketFile};

/// A locked ticket that a verb changes.
pub(super) struct Change {
    before: Ticket,
    /// How it stands now.
    pub(super) file: TicketFile,
    events: Vec<TicketEvent>,
}

impl Change {
    /// Begins with a locked ticket as it is.
    pub(super) fn of(file: TicketFile) -> Self {
        Self {
            before: file.ticket.clone(),
            file,
            events: Vec::new(),
        }
    }

    /// Writes the ticket's new state and counts its version up.
    pub(super) async fn save(&mut self, tx: &mut dyn SupportTx) -> Result<(), SupportError> {
        self.file.ticket.version = self.before.version + 1;
        tx.update_ticket(&self.before, &self.file.ticket).await?;
        Ok(())
    }

    /// Others are to hear of this, with the ticket as it stands now.
    pub(super) fn tells(&mut self, event: impl FnOnce(TicketFile) -> TicketEvent) {
        self.events.push(event(self.file.clone()));
    }

    /// Nothing changed: nobody hears of anything.
    pub(super) fn came_to_nothing(self) -> Done<TicketFile, TicketEvent> {
        Done::quietly(self.file)
    }

    /// The ticket, and what it tells: last of all its new status, if it has one.
    pub(super) fn done(mut self, cause: StatusCause) -> Done<TicketFile, TicketEvent> {
        let previous = self.before.status;
        if self.file.ticket.status != previous {
            self.tells(|file| TicketEvent::StatusChanged {
                file,
                previous,
                cause,
            });
        }
        Done::telling(self.file, self.events)
    }
}
