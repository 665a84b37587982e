//! What the rest of the server lends the store.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use shared_kernel::{IdGenerator, LoggedEvent};

use crate::unit::translation::EventTranslator;

/// Hears of commits, once each, after they are true.
pub trait CommitListener: Send + Sync {
    /// These events are in the log, and this many jobs were queued. Must not block.
    fn committed(&self, events: Vec<LoggedEvent>, jobs: usize);
}

/// What the rest of the server lends the store.
pub struct Lent {
    /// The shop's: says to which day a figure belongs.
    pub zone: Tz,
    /// For the ids of events.
    pub ids: Arc<dyn IdGenerator>,
    pub translator: Arc<dyn EventTranslator>,
    pub listener: Arc<dyn CommitListener>,
}

impl Lent {
    /// The day of an instant in the shop's zone.
    pub(crate) fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }
}
