//! The totals of all tickets.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::StoreError;

/// A sum and how many went into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub count: i64,
    pub total: i64,
}

impl Tally {
    /// The mean in the measure's unit; `None` with nothing to average.
    #[expect(clippy::cast_precision_loss, reason = "figures stay far below 2^52")]
    pub fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.total as f64 / self.count as f64)
    }
}

/// The figures of `/stats`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TicketTotals {
    pub by_status: BTreeMap<String, i64>,
    pub by_priority: BTreeMap<String, i64>,
    pub by_category: BTreeMap<String, i64>,
    /// First responses, in seconds.
    pub answers: Tally,
    /// Closings that stand, in seconds.
    pub resolutions: Tally,
    /// Ratings, in stars.
    pub ratings: Tally,
    /// Tickets created in the last 24 hours.
    pub last_24h: i64,
}

impl TicketTotals {
    /// Tickets in any of these states.
    pub fn in_status(&self, states: &[&str]) -> i64 {
        states
            .iter()
            .filter_map(|state| self.by_status.get(*state))
            .sum()
    }

    /// Every ticket.
    pub fn all(&self) -> i64 {
        self.by_status.values().sum()
    }
}

/// A mean in hours with two decimals, from one in seconds.
pub fn hours(seconds: f64) -> f64 {
    (seconds / 36.0).round() / 100.0
}

/// Reads the figures.
#[async_trait]
pub trait FigureQueries: Send + Sync {
    /// The totals as of now, changes not yet folded included.
    async fn ticket_totals(&self, now: DateTime<Utc>) -> Result<TicketTotals, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_average_gives_nothing() {
        assert_eq!(Tally::default().mean(), None);
        assert_eq!(Tally { count: 2, total: 9 }.mean(), Some(4.5));
    }

    #[test]
    fn hours_have_two_decimals() {
        assert!((hours(5400.0) - 1.5).abs() < f64::EPSILON);
        assert!((hours(100.0) - 0.03).abs() < f64::EPSILON);
    }
}
