//! What an event becomes, in the words of the outside.

use std::sync::Arc;

use faq_domain::FaqEvent;
use identity::rating_links::RatingLinks;
use messages_domain::MessageEvent;
use notify::Desk;
use shared_kernel::Consequences;
use support_domain::TicketEvent;

use super::{announcements, faq, messages, notifications};

/// An event of a domain that the translator has words for.
pub trait Translate {
    /// Pure, and quick: it runs inside the transaction of the change.
    fn translate(&self, with: &Translator) -> Consequences;
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
}

impl Translate for TicketEvent {
    fn translate(&self, with: &Translator) -> Consequences {
        Consequences {
            records: announcements::of(self, &with.desk.staff_name),
            jobs: notifications::jobs(self, &with.desk, &with.links),
        }
    }
}

impl Translate for MessageEvent {
    fn translate(&self, _: &Translator) -> Consequences {
        Consequences {
            records: messages::of(self),
            jobs: Vec::new(),
        }
    }
}

impl Translate for FaqEvent {
    fn translate(&self, _: &Translator) -> Consequences {
        Consequences {
            records: vec![faq::of(self)],
            jobs: Vec::new(),
        }
    }
}
