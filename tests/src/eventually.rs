//! Waiting for conditions. It stands alone, so that a crate below the kit can include the file.

use std::time::Duration;

/// How long anything may take to come true before the test fails. It costs only a test that fails.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Asks until the answer is something.
///
/// # Panics
/// After [`PATIENCE`], naming what was waited for.
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            tokio::time::Instant::now() < until,
            "waited in vain for: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
