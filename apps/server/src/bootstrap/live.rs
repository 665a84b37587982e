//! Everything of real time, put together.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use identity::TokenVerifier;
use realtime::log::{RelayHandle, RelaySettings};
use realtime::{
    ClientAddress, Gateway, Hub, MessagingEngine, OutboxLimits, Ports, RealtimeLimits,
    RealtimeSettings, messaging_engine,
};
use settings::Config;
use store_pg::{Neighbours, Told, WakeupHint, Wakeups};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::core::Core;
use crate::auth::SocketCallers;
use crate::faq::follower::Follower;
use crate::http::client_address::TrustedCallers;
use crate::http::problem::answer_refused;
use crate::live::{DeskConversations, Heard, Presence};

/// Events nobody stores that may wait for their way to the other instances; more are dropped.
const MAX_PASSING: usize = 256;

/// The hub and what feeds it.
pub(super) struct Live {
    pub(super) hub: Arc<Hub>,
    pub(super) gateway: web::Data<Gateway>,
    pub(super) socket_io: web::Data<MessagingEngine>,
    pub(super) presence: Arc<Presence>,
    relay: RelayHandle,
    /// Tells this process from others.
    instance: Uuid,
    neighbours: Arc<Neighbours>,
}

impl Live {
    /// Starts the relay and connects it to the store's commits.
    pub(super) fn new(config: &Config, core: &Core, verifier: Arc<TokenVerifier>) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "only tells this process from others"
        )]
        let instance = Uuid::new_v4();
        let hub = Hub::new();
        let log = Arc::new(core.store.clone());
        let clock = Arc::clone(&core.clock);
        let relay = RelayHandle::start(log, Arc::clone(&hub), clock, RelaySettings::default());
        core.commits.connect(relay.clone());
        let conversations = DeskConversations::new(Arc::new(core.store.clone()));
        let ports = Ports {
            verifier: Arc::new(SocketCallers(verifier)),
            conversations: Arc::new(conversations),
            clock: Arc::clone(&core.clock),
            answer_refused,
        };
        let gateway = Gateway::new(Arc::clone(&hub), relay.clone(), ports, settings(config));
        let gateway = web::Data::new(gateway);
        let presence = Arc::new(Presence::new(
            core.store.clone(),
            Arc::clone(&hub),
            instance,
            core.commits.neighbours(),
        ));
        Self {
            hub,
            socket_io: web::Data::from(messaging_engine(Arc::clone(&gateway))),
            gateway,
            presence,
            relay,
            instance,
            neighbours: core.commits.neighbours(),
        }
    }

    /// Tells other instances what this one committed, and hears it from them, until told to stop.
    pub(super) fn hints_exchanged(
        &self,
        database_url: String,
        hints: mpsc::UnboundedReceiver<Vec<WakeupHint>>,
        follower: Arc<Follower>,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        let wakeups = Wakeups::new(database_url, self.instance, Arc::clone(&self.neighbours));
        let (passing, passed) = mpsc::channel(MAX_PASSING);
        self.hub.connect_elsewhere(passing);
        let told = Told {
            hints,
            passing: passed,
        };
        let heard = Heard {
            relay: self.relay.clone(),
            hub: Arc::clone(&self.hub),
            follower,
        };
        async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = wakeups.run(told, heard) => {}
            }
        }
    }
}

fn settings(config: &Config) -> RealtimeSettings {
    let (realtime, limits) = (&config.realtime, &config.limits);
    let trusted = TrustedCallers::of(config);
    RealtimeSettings {
        ping_interval: Duration::from_secs(realtime.ping_seconds),
        ping_timeout: Duration::from_secs(realtime.pong_timeout_seconds),
        auth_wait: Duration::from_secs(realtime.auth_timeout_seconds),
        outbox: OutboxLimits {
            frames: realtime.queue_frames,
            bytes: realtime.queue_bytes,
        },
        origins: config.http.socket_origins(),
        staff_name: config.desk.staff_name.as_str().into(),
        limits: RealtimeLimits {
            limits_enabled: limits.enabled,
            per_user: limits.sockets_per_user,
            per_ip: limits.sockets_per_address,
            per_process: limits.sockets_total,
        },
        client_address: ClientAddress(Arc::new(move |request| trusted.address_of(request))),
        ..RealtimeSettings::default()
    }
}
