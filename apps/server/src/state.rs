//! What handlers share.

use std::sync::Arc;

use analytics_domain::FigureQueries;
use chrono_tz::Tz;
use metrics_exporter_prometheus::PrometheusHandle;
use shared_kernel::{Clock, IdGenerator};
use support_domain::use_cases::Surroundings;
use support_domain::{SupportStore, TicketQueries};

use crate::auth::{Arrivals, TokenVerifier};
use crate::health::HealthMonitor;
use crate::http::rate_limit::ContactLimit;
use crate::rating_links::RatingLinks;

/// Ports, and the few settings handlers need. Built in `bootstrap` only.
pub struct AppState {
    pub store: Arc<dyn SupportStore>,
    pub tickets: Arc<dyn TicketQueries>,
    pub figures: Arc<dyn FigureQueries>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
    pub verifier: Arc<TokenVerifier>,
    pub arrivals: Arrivals,
    pub contact_limit: ContactLimit,
    pub links: Arc<RatingLinks>,
    pub health: Arc<HealthMonitor>,
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
}
