//! What handlers share.

use std::sync::Arc;

use analytics_domain::FigureQueries;
use chrono_tz::Tz;
use faq_domain::{FaqQueries, FaqSearch};
use messages_domain::MessageQueries;
use metrics_exporter_prometheus::PrometheusHandle;
use shared_kernel::{Clock, EventLog, IdGenerator};
use support_domain::TicketQueries;
use support_domain::use_cases::Surroundings;

use crate::auth::{Arrivals, RecentTokens};
use crate::desk_store::DeskStore;
use crate::faq::articles::Articles;
use crate::faq::follower::Follower;
use crate::faq::unanswered::UnansweredSearches;
use crate::faq::visitor::Visitors;
use crate::health::HealthMonitor;
use crate::http::rate_limit::NetworkLimit;
use crate::live::Presence;
use crate::rating_links::RatingLinks;

/// Ports, and the few settings handlers need. Built in `bootstrap` only.
pub struct AppState {
    pub store: Arc<dyn DeskStore>,
    pub tickets: Arc<dyn TicketQueries>,
    pub messages: Arc<dyn MessageQueries>,
    pub faq: Arc<dyn FaqQueries>,
    pub faq_search: Arc<dyn FaqSearch>,
    pub unanswered: Arc<UnansweredSearches>,
    pub log: Arc<dyn EventLog>,
    pub figures: Arc<dyn FigureQueries>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
    pub tokens: RecentTokens,
    pub arrivals: Arrivals,
    pub contact_limit: NetworkLimit,
    pub search_limit: NetworkLimit,
    pub vote_limit: NetworkLimit,
    pub view_limit: NetworkLimit,
    pub articles: Arc<Articles>,
    pub follower: Arc<Follower>,
    pub visitors: Visitors,
    pub links: Arc<RatingLinks>,
    pub health: Arc<HealthMonitor>,
    pub presence: Arc<Presence>,
    pub metrics: PrometheusHandle,
    pub zone: Tz,
    pub shop_name: String,
    pub max_body_bytes: usize,
    pub body_timeout_seconds: u64,
}

impl AppState {
    /// What use cases need besides the transaction.
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }

    /// The same, for conversations.
    pub fn around_messages(&self) -> messages_domain::use_cases::Surroundings<'_> {
        messages_domain::use_cases::Surroundings {
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }

    /// The same, for the knowledge base.
    pub fn around_faq(&self) -> faq_domain::use_cases::Surroundings<'_> {
        faq_domain::use_cases::Surroundings {
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }
}
