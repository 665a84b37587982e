//! Waiting for what a test expects.

use std::future::ready;
use std::time::Duration;

use super::eventually::{PATIENCE, eventually as ask_until};

/// How long a test waits for what it expects, and what its server waits for where no wait is the
/// subject. It costs only a test that fails.
pub(super) const WAIT: Duration = PATIENCE;

/// Waits until something holds that can be asked at once.
pub(super) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    ask_until(what, || ready(holds().then_some(()))).await;
}
