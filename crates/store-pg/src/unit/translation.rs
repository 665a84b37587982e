//! What an event becomes in the transaction of its change.

use faq_domain::FaqEvent;
use messages_domain::MessageEvent;
use shared_kernel::{EventRecord, NewJob};
use support_domain::TicketEvent;

/// What an event becomes: entries of the log and jobs, in the transaction of the change.
#[derive(Debug, Clone, Default)]
pub struct Translation {
    /// For the log.
    pub events: Vec<EventRecord>,
    /// For the queue.
    pub jobs: Vec<NewJob>,
}

/// Says what an event becomes. The words of the outside (JSON names, templates) are not the
/// store's, so the server lends it this.
pub trait EventTranslator: Send + Sync {
    /// Pure, and quick: it runs inside the transaction.
    fn ticket(&self, event: &TicketEvent) -> Translation;

    /// The same, for messages.
    fn message(&self, event: &MessageEvent) -> Translation;

    /// The same, for the knowledge base.
    fn faq(&self, event: &FaqEvent) -> Translation;
}
