//! Waiting for what a test expects.

use std::time::Duration;

/// How long a test waits for what it expects.
pub(super) const WAIT: Duration = Duration::from_secs(10);

pub(super) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + WAIT;
    while !holds() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "never came true: {what}"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
