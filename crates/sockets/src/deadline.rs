//! Instants ahead. How far may have been said by a setting or a token, and a sum that the clock
//! cannot tell is a panic.

use std::time::Duration;

use tokio::time::Instant;

/// As good as never: no socket lives so long.
const FAR: Duration = Duration::from_hours(24 * 365 * 30);

/// The instant a wait after another, or one as good as never where there is none so late.
pub fn after(from: Instant, wait: Duration) -> Instant {
    let sum = from.checked_add(wait).or_else(|| from.checked_add(FAR));
    sum.unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_without_end_ends_later_than_any_socket() {
        let now = Instant::now();
        assert_eq!(
            after(now, Duration::from_secs(5)),
            now + Duration::from_secs(5)
        );
        assert_eq!(after(now, Duration::MAX), now + FAR);
    }
}
