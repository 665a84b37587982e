//! What an event becomes, in the words of the outside.

use std::sync::Arc;

use faq_domain::FaqEvent;
use identity::rating_links::RatingLinks;
use messages_domain::MessageEvent;
use notify::Desk;
use shared_kernel::Consequences;
use support_domain::TicketEvent;

use super::{announcements, faq, messages, notifications};

/// What happened, whichever domain it happened in.
#[derive(Debug, Clone, PartialEq)]
pub enum DeskEvent {
    Ticket(TicketEvent),
    Message(MessageEvent),
    Faq(FaqEvent),
}

/// Translates events for the log and the queue.
pub struct Translator {
    desk: Arc<Desk>,
    links: Arc<RatingLinks>,
}

impl Translator {
    /// A translator for a desk.
    pub fn new(desk: Arc<Desk>, links: Arc<RatingLinks>) -> Self {
        Self { desk, links }
    }

    /// Pure, and quick: it runs inside the transaction of the change.
    pub fn consequences(&self, event: &DeskEvent) -> Consequences {
        match event {
            DeskEvent::Ticket(event) => Consequences {
                records: announcements::of(event),
                jobs: notifications::jobs(event, &self.desk, &self.links),
            },
            DeskEvent::Message(event) => Consequences {
                records: messages::of(event),
                jobs: Vec::new(),
            },
            DeskEvent::Faq(event) => Consequences {
                records: vec![faq::of(event)],
                jobs: Vec::new(),
            },
        }
    }
}

impl From<TicketEvent> for DeskEvent {
    fn from(event: TicketEvent) -> Self {
        Self::Ticket(event)
    }
}

impl From<MessageEvent> for DeskEvent {
    fn from(event: MessageEvent) -> Self {
        Self::Message(event)
    }
}

impl From<FaqEvent> for DeskEvent {
    fn from(event: FaqEvent) -> Self {
        Self::Faq(event)
    }
}
