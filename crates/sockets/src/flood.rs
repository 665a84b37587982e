//! How many events a client may send.
//!
//! A token bucket that may go into debt: an event without a token is refused, and a client that
//! goes on until it has used three times the burst is closed.

use tokio::time::Instant;

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is handled.
    Allowed,
    /// It is refused with an error; the socket stays.
    Refused,
    /// The socket is closed.
    Flood,
}

/// The bucket of one connection.
#[derive(Debug)]
pub struct FloodMeter {
    per_second: f64,
    burst: f64,
    tokens: f64,
    last: Instant,
}

impl FloodMeter {
    /// A full bucket.
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst);
        Self {
            per_second: f64::from(per_second),
            burst,
            tokens: burst,
            last: now,
        }
    }

    /// Counts one event, or a costly one as several.
    pub fn count(&mut self, now: Instant, cost: u32) -> Verdict {
        let elapsed = now.saturating_duration_since(self.last).as_secs_f64();
        self.last = now;
        self.tokens = (self.tokens + elapsed * self.per_second).min(self.burst);
        self.tokens -= f64::from(cost);
        if self.tokens >= 0.0 {
            Verdict::Allowed
        } else if self.tokens >= -2.0 * self.burst {
            Verdict::Refused
        } else {
            Verdict::Flood
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_passes_more_is_refused_and_three_bursts_close() {
        let now = Instant::now();
        let mut meter = FloodMeter::new(20, 40, now);
        let verdicts: Vec<_> = (0..121).map(|_| meter.count(now, 1)).collect();
        assert!(
            verdicts[..40]
                .iter()
                .all(|verdict| *verdict == Verdict::Allowed)
        );
        assert!(
            verdicts[40..120]
                .iter()
                .all(|verdict| *verdict == Verdict::Refused)
        );
        assert_eq!(verdicts[120], Verdict::Flood);
    }

    #[test]
    fn a_steady_client_is_never_refused() {
        let start = Instant::now();
        let mut meter = FloodMeter::new(20, 40, start);
        for event in 0..1_000 {
            let now = start + Duration::from_millis(50) * event;
            assert_eq!(meter.count(now, 1), Verdict::Allowed);
        }
    }
}
