//! What was said on a ticket.

use chrono::{DateTime, Utc};
use shared_kernel::{Body, EntryId, TicketId, UserId};

/// A response or note: 1 to 20,000 characters.
pub type EntryText = Body<1, 20_000>;

/// Which side an author is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorKind {
    Customer,
    Staff,
}

impl AuthorKind {
    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "customer" => Some(Self::Customer),
            "staff" => Some(Self::Staff),
            _ => None,
        }
    }
}

/// Who wrote an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    pub id: UserId,
    pub kind: AuthorKind,
    /// The name to show, when known.
    pub name: Option<String>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Both sides read it.
    Response,
    /// Staff only.
    Note,
    /// Staff only: why the ticket was escalated.
    EscalationNote,
}

impl EntryKind {
    /// Whether customers must never see it.
    pub fn is_internal(self) -> bool {
        self != Self::Response
    }

    /// What the specification puts before a note's text when it is shown. Never stored.
    pub fn shown_prefix(self) -> &'static str {
        match self {
            Self::Response => "",
            Self::Note => "[NOTE INTERNE] ",
            Self::EscalationNote => "[ESCALADE] ",
        }
    }
}

/// One entry of a ticket's thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    pub ticket: TicketId,
    pub kind: EntryKind,
    pub author: Author,
    pub text: EntryText,
    pub created_at: DateTime<Utc>,
}
