//! When to try again.

use chrono::TimeDelta;

/// The waits after each failed attempt, in seconds: quick at first, then over a day.
const WAITS: [i64; 8] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400];

/// The wait after a failed attempt (counted from 1), spread by up to a fifth so that what failed
/// together does not come back together. `entropy` is any number that differs between jobs.
pub(super) fn wait_after(attempt: i32, entropy: u64) -> TimeDelta {
    let index = usize::try_from(attempt.max(1) - 1)
        .unwrap_or_default()
        .min(WAITS.len() - 1);
    let base = WAITS.get(index).copied().unwrap_or(14_400) * 1_000;
    let spread =
        i64::try_from(entropy.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33).unwrap_or_default();
    TimeDelta::milliseconds(base + spread % (base / 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_a_fifth() {
        for attempt in 1..20 {
            for entropy in 0..50 {
                let wait = wait_after(attempt, entropy);
                let base = WAITS[usize::try_from(attempt - 1).unwrap().min(7)];
                assert!(
                    wait >= TimeDelta::seconds(base) && wait <= TimeDelta::seconds(base + base / 5)
                );
            }
        }
    }

    #[test]
    fn what_failed_together_does_not_come_back_together() {
        let waits: std::collections::BTreeSet<_> = (0..50).map(|job| wait_after(3, job)).collect();
        assert!(waits.len() > 40);
    }
}
