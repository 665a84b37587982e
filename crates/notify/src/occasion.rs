//! What happened to a ticket, in this crate's own plain terms.
//!
//! The server translates its ticket events into these. Internal notes have no [`Happening`],
//! so nothing here can tell anybody about them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared_kernel::{EmailAddress, TicketId};

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the rule")]
pub enum Priority {
    Low,
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// The French word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Low => "Basse",
            Self::Normal => "Normale",
            Self::High => "Haute",
            Self::Urgent => "Urgente",
        }
    }
}

/// What a ticket is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the rule")]
pub enum Category {
    General,
    Technical,
    Billing,
    Complaint,
    Suggestion,
}

impl Category {
    /// The French word.
    pub fn label(self) -> &'static str {
        match self {
            Self::General => "Question générale",
            Self::Technical => "Technique",
            Self::Billing => "Facturation",
            Self::Complaint => "Réclamation",
            Self::Suggestion => "Suggestion",
        }
    }
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the rule")]
pub enum Status {
    Open,
    InProgress,
    WaitingCustomer,
    Resolved,
    Closed,
}

impl Status {
    /// The French words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Ouvert",
            Self::InProgress => "En cours de traitement",
            Self::WaitingCustomer => "En attente de votre réponse",
            Self::Resolved => "Résolu",
            Self::Closed => "Clôturé",
        }
    }
}

/// Somebody who can be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Where.
    pub email: EmailAddress,
    /// The name to greet them by.
    pub name: Option<String>,
}

/// The ticket, as it stands after what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketFacts {
    /// Its id, which customers quote.
    pub id: TicketId,
    /// The subject as the customer wrote it.
    pub subject: String,
    /// How urgent.
    pub priority: Priority,
    /// What about.
    pub category: Category,
    /// Where it stands now.
    pub status: Status,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Whether the customer's address is proven. Where it is not, mails to the customer carry
    /// nothing that was typed into the form, so that the form cannot be used to write to others.
    pub verified: bool,
    /// Whether whoever wrote it was signed in. Never changes, unlike `verified`: so it decides whether
    /// the subject line of mails to the customer is the ticket's, and all of them have the same one.
    pub written_signed_in: bool,
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Occasion {
    /// The ticket.
    pub ticket: TicketFacts,
    /// The customer, where they can be written to.
    pub customer: Option<Recipient>,
    /// Who works on the ticket now; on an escalation, the new assignee.
    pub assignee: Option<Recipient>,
    /// Tells this happening from any other of the same ticket: an entry's id or the ticket's
    /// version. The same occasion told twice is mailed once.
    pub occurrence: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What.
    pub happening: Happening,
}

/// The things people are told about.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A customer, or somebody for them, wrote a new ticket.
    TicketCreated {
        /// The customer's name, for the team.
        customer_name: String,
        /// The message, for the team.
        message: String,
    },
    /// The ticket was given to [`Occasion::assignee`].
    TicketAssigned {
        /// The display name of whoever gave it.
        by: String,
    },
    /// The status changed to [`TicketFacts::status`], otherwise than by support closing the ticket.
    StatusChanged,
    /// Support closed the ticket. Stands for [`Self::StatusChanged`] too: it is one mail.
    ClosedBySupport {
        /// The signed link to rate with.
        rating_url: String,
    },
    /// A member of the team answered, not internally.
    ResponseByStaff {
        /// The display name of the author.
        author: String,
        /// The answer.
        text: String,
    },
    /// The customer answered.
    ResponseByCustomer {
        /// The customer's name.
        author: String,
        /// The answer.
        text: String,
    },
    /// The ticket was escalated to [`Occasion::assignee`].
    Escalated {
        /// The display name of whoever escalated it.
        by: String,
        /// Why.
        reason: String,
    },
}
