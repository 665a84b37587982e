//! What a ticket event becomes, in the words of the outside.

use std::sync::Arc;

use notify::Desk;
use store_pg::{TicketEventTranslator, Translation};
use support_domain::TicketEvent;

use super::{announcements, notifications};
use crate::rating_links::RatingLinks;

/// Translates ticket events for the log and the queue.
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

impl TicketEventTranslator for Translator {
    fn translate(&self, event: &TicketEvent) -> Translation {
        Translation {
            events: announcements::of(event),
            jobs: notifications::jobs(event, &self.desk, &self.links),
        }
    }
}
