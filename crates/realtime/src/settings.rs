//! Waits and limits of real time, with their defaults.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use sockets::Rhythm;
use sockets::engine_io::{EngineSettings, FloodLimit};

use crate::hub::OutboxLimits;

/// How many connections are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RealtimeLimits {
    /// `false` lifts the three caps, for measurements.
    pub limits_enabled: bool,
    /// Connections of one user.
    pub per_user: usize,
    /// Connections from one address.
    pub per_ip: usize,
    /// Connections to this process.
    pub per_process: usize,
}

impl Default for RealtimeLimits {
    fn default() -> Self {
        Self {
            limits_enabled: true,
            per_user: 20,
            per_ip: 50,
            per_process: 20_000,
        }
    }
}

/// Tells where a request comes from.
#[derive(Clone)]
pub struct ClientAddress(pub Arc<AddressOf>);

type AddressOf = dyn Fn(&HttpRequest) -> Option<IpAddr> + Send + Sync;

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAddress")
    }
}

/// Waits and limits of one socket.
#[derive(Debug, Clone)]
pub struct RealtimeSettings {
    /// From the last frame received to our ping.
    pub ping_interval: Duration,
    /// From our ping to giving the peer up.
    pub ping_timeout: Duration,
    /// From the handshake to a token, when the handshake carried none.
    pub auth_wait: Duration,
    /// For the log to answer while a socket joins.
    pub join_wait: Duration,
    /// Between two signs of life of what a socket has joined; at the most twice that. Far less than
    /// it is kept.
    pub joined_renewal: Duration,
    /// A write without progress.
    pub write_stall: Duration,
    /// For the close frame to leave and the peer to answer it.
    pub close_wait: Duration,
    /// The longest message a client may send, in bytes.
    pub message_bytes: usize,
    /// The queue of one socket.
    pub outbox: OutboxLimits,
    /// Events replayed at most; further behind, the client is told to reload.
    pub replay_events: u64,
    /// Events a client may send in the long run, per second.
    pub events_per_second: u32,
    /// Events a client may send at once.
    pub event_burst: u32,
    /// Origins that alone may open sockets, such as `https://shop.example`; when empty, pages of the
    /// same host. Clients that are no browser send no origin and may always.
    pub origins: Vec<String>,
    /// What customers see of somebody of support who has no name.
    pub staff_name: Arc<str>,
    /// How many connections are let in.
    pub limits: RealtimeLimits,
    /// Where a request comes from, behind trusted proxies.
    pub client_address: ClientAddress,
}

impl RealtimeSettings {
    /// How long a silence may last.
    pub(crate) fn rhythm(&self) -> Rhythm {
        Rhythm {
            interval: self.ping_interval,
            timeout: self.ping_timeout,
        }
    }
}

impl Default for RealtimeSettings {
    /// What both dialects share is as the engine has it.
    fn default() -> Self {
        let engine = EngineSettings::default();
        let flood = FloodLimit::default();
        Self {
            ping_interval: engine.ping_interval,
            ping_timeout: engine.ping_timeout,
            auth_wait: Duration::from_secs(10),
            join_wait: Duration::from_secs(10),
            joined_renewal: Duration::from_hours(1),
            write_stall: engine.write_stall,
            close_wait: engine.close_wait,
            message_bytes: engine.max_payload,
            outbox: OutboxLimits {
                frames: engine.max_waiting_frames,
                bytes: engine.max_waiting_bytes,
            },
            replay_events: 1_000,
            events_per_second: flood.per_second,
            event_burst: flood.burst,
            origins: Vec::new(),
            staff_name: "Support".into(),
            limits: RealtimeLimits::default(),
            client_address: ClientAddress(Arc::new(|request| {
                request.peer_addr().map(|peer| peer.ip())
            })),
        }
    }
}

impl From<&RealtimeSettings> for EngineSettings {
    fn from(settings: &RealtimeSettings) -> Self {
        Self {
            ping_interval: settings.ping_interval,
            ping_timeout: settings.ping_timeout,
            max_payload: settings.message_bytes,
            write_stall: settings.write_stall,
            close_wait: settings.close_wait,
            max_waiting_bytes: settings.outbox.bytes,
            max_waiting_frames: settings.outbox.frames,
            flood: Some(FloodLimit {
                per_second: settings.events_per_second,
                burst: settings.event_burst,
            }),
            ..Self::default()
        }
    }
}
