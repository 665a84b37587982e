//! Waits and sizes of the relay, with their defaults.

use std::time::Duration;

/// Waits and sizes of the relay.
#[derive(Debug, Clone, Copy)]
pub struct RelaySettings {
    /// How long a missing number may still arrive by itself.
    pub gap_wait: Duration,
    /// Between two comparisons with the log.
    pub compare_every: Duration,
    /// Events of one stream read from the log at once; the next page waits for `gap_wait`, so that
    /// catching up does not overflow the queues of peers that read well.
    pub page: u32,
    /// Events of one stream kept before their turn; they are then delivered all at once.
    pub max_waiting: usize,
    /// The shortest wait after a failure of the database.
    pub retry_from: Duration,
    /// The longest.
    pub retry_to: Duration,
}

impl Default for RelaySettings {
    fn default() -> Self {
        Self {
            gap_wait: Duration::from_millis(20),
            compare_every: Duration::from_secs(5),
            page: 32,
            max_waiting: 64,
            retry_from: Duration::from_millis(100),
            retry_to: Duration::from_secs(5),
        }
    }
}
