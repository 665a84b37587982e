//! Waits and limits of an engine.

use std::time::Duration;

use crate::realtime::settings::RealtimeSettings;

/// Packets a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodLimit {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
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
    /// Answers that may wait for a poll, in bytes and in frames; beyond, the session is closed.
    pub max_waiting_bytes: usize,
    /// See [`Self::max_waiting_bytes`].
    pub max_waiting_frames: usize,
    /// Packets a client may send; none means as many as it likes.
    pub flood: Option<FloodLimit>,
}

impl From<&RealtimeSettings> for EngineSettings {
    fn from(settings: &RealtimeSettings) -> Self {
        Self {
            ping_interval: settings.ping_interval,
            ping_timeout: settings.ping_timeout,
            max_payload: settings.message_bytes,
            upgrade_timeout: Duration::from_secs(10),
            upgrade_check: Duration::from_millis(100),
            write_stall: settings.write_stall,
            close_wait: settings.close_wait,
            max_waiting_bytes: settings.outbox.bytes,
            max_waiting_frames: settings.outbox.frames,
            flood: Some(FloodLimit {
                per_second: settings.events_per_second,
                burst: settings.event_burst,
            }),
        }
    }
}
