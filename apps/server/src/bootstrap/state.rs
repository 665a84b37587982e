//! What handlers share, filled in.

use std::sync::Arc;

use actix_web::web;
use identity::rating_links::RatingLinks;
use identity::{RecentTokens, TokenVerifier};
use settings::Config;
use store_pg::{PgStore, WakeupHint};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::live::Live;
use crate::auth::Arrivals;
use crate::faq::articles::Articles;
use crate::faq::follower::Follower;
use crate::faq::unanswered::UnansweredSearches;
use crate::http::client_address::TrustedCallers;
use crate::http::faq::visitor::Visitors;
use crate::http::large_turns::LargeTurns;
use crate::http::rate_limit::{CallerLimit, NetworkLimit};
use crate::http::state::{Admission, AppState, Desk, KnowledgeBase, Process};
use crate::live::Presence;
use crate::process::health::HealthMonitor;
use crate::process::telemetry;
use crate::work::Executor;

/// What handlers share with what runs beside them.
pub(super) struct Shared {
    pub(super) health: Arc<HealthMonitor>,
    pub(super) presence: Arc<Presence>,
    pub(super) articles: Arc<Articles>,
    pub(super) follower: Arc<Follower>,
    pub(super) unanswered: Arc<UnansweredSearches>,
}

impl Shared {
    /// Connects the articles in memory to the store's commits.
    pub(super) fn new(core: &Core, live: &Live, health: Arc<HealthMonitor>) -> Self {
        let articles = Articles::new(Arc::new(core.store.clone()));
        core.commits.connect_articles(Arc::clone(&articles));
        Self {
            health,
            presence: Arc::clone(&live.presence),
            follower: Follower::new(Arc::clone(&articles), core.store.clone()),
            articles,
            unanswered: Arc::new(UnansweredSearches::new(Arc::new(core.store.clone()))),
        }
    }
}

/// What handlers share, and the hints left over for the other instances.
pub(super) fn app_state(
    config: &Config,
    core: Core,
    verifier: Arc<TokenVerifier>,
    shared: Shared,
    stopping: &CancellationToken,
) -> (
    web::Data<AppState>,
    mpsc::UnboundedReceiver<Vec<WakeupHint>>,
) {
    let store = Arc::new(core.store.clone());
    let state = AppState {
        faq: knowledge_base(config, &core, &store, &shared),
        admission: admission(config, &core, verifier),
        desk: desk(config, store, core.work, core.links, shared.presence),
        process: Process {
            clock: core.clock,
            ids: core.ids,
            health: shared.health,
            metrics: telemetry::metrics(),
            stopping: stopping.clone(),
        },
    };
    (web::Data::new(state), core.hints)
}

fn desk(
    config: &Config,
    store: Arc<PgStore>,
    work: Arc<Executor>,
    links: Arc<RatingLinks>,
    presence: Arc<Presence>,
) -> Desk {
    Desk {
        work,
        tickets: Arc::clone(&store) as _,
        directory: Arc::clone(&store) as _,
        messages: Arc::clone(&store) as _,
        figures: Arc::clone(&store) as _,
        log: store,
        presence,
        links,
        zone: config.shop.time_zone,
        shop_name: config.shop.name.clone(),
        staff_name: config.desk.staff_name.as_str().into(),
    }
}

fn knowledge_base(
    config: &Config,
    core: &Core,
    store: &Arc<PgStore>,
    shared: &Shared,
) -> KnowledgeBase {
    KnowledgeBase {
        queries: Arc::clone(store) as _,
        search: Arc::clone(store) as _,
        unanswered: Arc::clone(&shared.unanswered),
        articles: Arc::clone(&shared.articles),
        follower: Arc::clone(&shared.follower),
        visitors: Visitors::new(&core.secret, TrustedCallers::of(config)),
    }
}

fn admission(config: &Config, core: &Core, verifier: Arc<TokenVerifier>) -> Admission {
    Admission {
        tokens: RecentTokens::new(verifier, Arc::clone(&core.clock)),
        arrivals: Arrivals::new(Arc::clone(&core.work), Arc::clone(&core.clock)),
        contacts: NetworkLimit::of_forms(config),
        contact_attempts: NetworkLimit::of_form_attempts(config),
        searches: NetworkLimit::of_searches(config),
        votes: NetworkLimit::of_votes(config),
        page_views: NetworkLimit::of_views(config),
        writes: CallerLimit::of_writes(config),
        large_turns: LargeTurns::new(config, core.serving_threads),
        max_body_bytes: config.http.max_body_bytes,
        body_timeout_seconds: config.http.body_timeout_seconds,
    }
}
