//! The instant something of the demonstration happened at.

use chrono::{DateTime, Utc};
use shared_kernel::Clock;

/// A clock that stands still.
pub(super) struct At(pub(super) DateTime<Utc>);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}
