//! Waits and limits of an engine, with their defaults.

use std::time::Duration;

use crate::heartbeat::Rhythm;

/// Packets a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodLimit {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

impl Default for FloodLimit {
    fn default() -> Self {
        Self {
            per_second: 20,
            burst: 40,
        }
    }
}

/// Waits and limits of an engine.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// From the last packet received to our ping.
    pub ping_interval: Duration,
    /// From our ping to giving the peer up.
    pub ping_timeout: Duration,
    /// The longest message or polling body a client may send, in bytes.
    pub max_payload: usize,
    /// From the WebSocket's opening to the end of the upgrade; also for a polling body to arrive.
    pub upgrade_timeout: Duration,
    /// While an upgrade is under way: how long a poll waits for it before it is let go.
    pub upgrade_check: Duration,
    /// A write without progress.
    pub write_stall: Duration,
    /// For the goodbye to leave.
    pub close_wait: Duration,
    /// How long a session that its client closed waits for the poll that the goodbye overtook.
    pub overtaken_wait: Duration,
    /// Answers that may wait for a poll, in bytes and in frames; beyond, the session is closed.
    pub max_waiting_bytes: usize,
    /// See [`Self::max_waiting_bytes`].
    pub max_waiting_frames: usize,
    /// Packets a client may send; none means as many as it likes.
    pub flood: Option<FloodLimit>,
}

impl EngineSettings {
    /// How long a silence may last.
    pub(super) fn rhythm(&self) -> Rhythm {
        Rhythm {
            interval: self.ping_interval,
            timeout: self.ping_timeout,
        }
    }
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            max_payload: 64 * 1024,
            upgrade_timeout: Duration::from_secs(10),
            upgrade_check: Duration::from_millis(100),
            write_stall: Duration::from_secs(10),
            close_wait: Duration::from_secs(2),
            overtaken_wait: Duration::from_millis(100),
            max_waiting_bytes: 1024 * 1024,
            max_waiting_frames: 256,
            flood: Some(FloodLimit::default()),
        }
    }
}
