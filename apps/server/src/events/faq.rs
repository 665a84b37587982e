//! Events of the knowledge base as servers hear them: what was remembered of it has passed. They
//! name what changed and say nothing of it.

use faq_domain::FaqEvent;
use serde_json::json;
use shared_kernel::{EventRecord, StreamId};

/// What an event says.
pub(super) fn of(event: &FaqEvent) -> EventRecord {
    let (kind, payload) = match event {
        FaqEvent::Article {
            id,
            version,
            change,
        } => (
            "faq.article_changed",
            json!({ "id": id.as_str(), "version": version, "change": change.as_str() }),
        ),
        FaqEvent::Category {
            id,
            version,
            change,
        } => (
            "faq.category_changed",
            json!({ "id": id.as_str(), "version": version, "change": change.as_str() }),
        ),
    };
    EventRecord {
        kind,
        audiences: vec![(StreamId::knowledge_base(), payload)],
        room: None,
    }
}
