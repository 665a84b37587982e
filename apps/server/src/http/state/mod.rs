//! What handlers share, in four groups. Built in `bootstrap` only.
//!
//! To add something: a field of the group whose question it answers, and its line in
//! `bootstrap::state`.

use std::sync::Arc;

use analytics_domain::FigureQueries;
use chrono_tz::Tz;
use faq_domain::{FaqQueries, FaqSearch};
use identity::RecentTokens;
use identity::rating_links::RatingLinks;
use messages_domain::MessageQueries;
use metrics_exporter_prometheus::PrometheusHandle;
use shared_kernel::{Actor, Clock, EventLog, IdGenerator, Surroundings};
use support_domain::{DirectoryQueries, TicketQueries};
use tokio_util::sync::CancellationToken;
use views::tickets::Audience;

use super::faq::visitor::Visitors;
use super::large_turns::LargeTurns;
use super::rate_limit::{CallerLimit, NetworkLimit};
use crate::auth::Arrivals;
use crate::faq::articles::Articles;
use crate::faq::follower::Follower;
use crate::faq::unanswered::UnansweredSearches;
use crate::live::Presence;
use crate::process::health::HealthMonitor;
use crate::work::Executor;

/// Ports, and the few settings handlers need.
pub struct AppState {
    pub desk: Desk,
    pub faq: KnowledgeBase,
    pub admission: Admission,
    pub process: Process,
}

/// Tickets and conversations, and the shop they are about.
pub struct Desk {
    /// Everything that changes something goes through it.
    pub work: Arc<Executor>,
    pub tickets: Arc<dyn TicketQueries>,
    pub directory: Arc<dyn DirectoryQueries>,
    pub messages: Arc<dyn MessageQueries>,
    pub figures: Arc<dyn FigureQueries>,
    pub log: Arc<dyn EventLog>,
    pub presence: Arc<Presence>,
    pub links: Arc<RatingLinks>,
    pub zone: Tz,
    pub shop_name: String,
    /// What customers see of somebody of support who has no name.
    pub staff_name: Arc<str>,
}

/// Articles: in the store, in memory, and as readers use them.
pub struct KnowledgeBase {
    pub queries: Arc<dyn FaqQueries>,
    pub search: Arc<dyn FaqSearch>,
    pub unanswered: Arc<UnansweredSearches>,
    pub articles: Arc<Articles>,
    pub follower: Arc<Follower>,
    pub visitors: Visitors,
}

/// Who gets in, how often, and with how much.
pub struct Admission {
    pub tokens: RecentTokens,
    pub arrivals: Arrivals,
    pub contacts: NetworkLimit,
    pub contact_attempts: NetworkLimit,
    pub searches: NetworkLimit,
    pub votes: NetworkLimit,
    pub page_views: NetworkLimit,
    pub writes: CallerLimit,
    pub large_turns: LargeTurns,
    pub max_body_bytes: usize,
    pub body_timeout_seconds: u64,
}

/// What stands around every use case, and how the server is doing.
pub struct Process {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
    pub health: Arc<HealthMonitor>,
    pub metrics: PrometheusHandle,
    /// The server stops and waits for nothing more from clients.
    pub stopping: CancellationToken,
}

impl AppState {
    /// For whom a ticket is shown, when this caller asks.
    pub fn audience(&self, actor: &Actor) -> Audience {
        Audience::of(actor, &self.desk.staff_name)
    }

    /// What use cases need besides the transaction.
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            clock: &*self.process.clock,
            ids: &*self.process.ids,
        }
    }
}
