//! What happened to tickets, for everybody else to hear.

use shared_kernel::StaffId;

use crate::thread::{AuthorKind, Entry};
use crate::ticket::{Status, TicketFile};

/// Why a status changed. Only a request is worth an e-mail of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusCause {
    /// Somebody asked for it.
    Request(AuthorKind),
    /// A response implied it.
    Response,
    /// An assignment implied it.
    Assignment,
    /// A rating implied it.
    Rating,
    /// Time passed.
    Age,
}

/// Something that happened to a ticket. The file is how it stands afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum TicketEvent {
    Created {
        file: TicketFile,
    },
    Assigned {
        file: TicketFile,
        /// Who gave it; no mail goes to somebody who took it themselves.
        by: StaffId,
    },
    StatusChanged {
        file: TicketFile,
        previous: Status,
        cause: StatusCause,
    },
    /// A response, or an internal note.
    EntryAdded {
        file: TicketFile,
        entry: Entry,
    },
    Escalated {
        file: TicketFile,
        reason: Entry,
    },
}

impl TicketEvent {
    /// The ticket and its people after the event.
    pub fn file(&self) -> &TicketFile {
        match self {
            Self::Created { file }
            | Self::Assigned { file, .. }
            | Self::StatusChanged { file, .. }
            | Self::EntryAdded { file, .. }
            | Self::Escalated { file, .. } => file,
        }
    }
}
