//! The wall clock.

use chrono::{DateTime, SubsecRound as _, Utc};
use shared_kernel::Clock;

/// The machine's time, in whole milliseconds: what is stored is what is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the time"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}
