//! Work to be done after a commit: at least once, idempotent by key.

use chrono::{DateTime, Utc};

/// Which kind of work a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// One e-mail to one recipient.
    Email,
}

impl JobKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
        }
    }

    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "email" => Some(Self::Email),
            _ => None,
        }
    }
}

/// A job to be queued in the transaction of the change that calls for it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Which kind of work.
    pub kind: JobKind,
    /// Names this piece of work for ever: queueing the same key twice queues it once.
    pub key: String,
    /// Jobs of one lane are done in the order they were queued (e.g. the mails of one ticket to one person).
    pub lane: String,
    /// What the worker needs to know.
    pub payload: serde_json::Value,
    /// Not before this instant.
    pub run_at: DateTime<Utc>,
}
