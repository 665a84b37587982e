//! What an event becomes, in the words of the outside.

use std::sync::Arc;

use faq_domain::FaqEvent;
use messages_domain::MessageEvent;
use notify::Desk;
use store_pg::{EventTranslator, Translation};
use support_domain::TicketEvent;

use super::{announcements, faq, messages, notifications};
use crate::auth::rating_links::RatingLinks;

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

impl EventTranslator for Translator {
    fn ticket(&self, event: &TicketEvent) -> Translation {
        Translation {
            events: announcements::of(event),
            jobs: notifications::jobs(event, &self.desk, &self.links),
        }
    }

    fn message(&self, event: &MessageEvent) -> Translation {
        Translation {
            events: messages::of(event),
            jobs: Vec::new(),
        }
    }

    fn faq(&self, event: &FaqEvent) -> Translation {
        Translation {
            events: vec![faq::of(event)],
            jobs: Vec::new(),
        }
    }
}
