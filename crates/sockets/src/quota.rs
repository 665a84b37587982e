//! So many at once, and so many in the long run, of each key: a bucket that fills again drop by drop.
//!
//! Kept is when a key's bucket will be full again, so one that is full needs no memory, and what comes
//! to nothing is given back exactly.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::deadline;

/// Keys remembered before those whose buckets are full again are looked for.
const REMEMBERED: usize = 10_000;
const MINUTE: Duration = Duration::from_mins(1);

/// The buckets of all keys.
pub struct Quotas<K> {
    /// In which one comes back.
    each: Duration,
    /// In which all come back.
    all: Duration,
    buckets: Mutex<Buckets<K>>,
}

struct Buckets<K> {
    full_at: HashMap<K, Instant>,
    /// How many there may be before full ones are looked for again: what that costs is shared by as
    /// many requests.
    swept_at: usize,
}

impl<K: Eq + Hash> Quotas<K> {
    /// So many come back in a minute, and so many are there at once.
    pub fn new(per_minute: u32, burst: u32) -> Self {
        let each = MINUTE / per_minute.max(1);
        Self {
            each,
            all: each.saturating_mul(burst.max(1)),
            buckets: Mutex::new(Buckets {
                full_at: HashMap::new(),
                swept_at: REMEMBERED,
            }),
        }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How long until there is one.
    pub fn take(&self, key: K) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets();
        buckets.sweep(now);
        let full_at = buckets.full_at.entry(key).or_insert(now);
        let empties = deadline::after((*full_at).max(now), self.each);
        match empties.duration_since(now).checked_sub(self.all) {
            Some(missing) if !missing.is_zero() => Err(missing),
            _ => {
                *full_at = empties;
                Ok(())
            }
        }
    }

    /// Gives one back. Where the bucket is full again without it there is nothing to give.
    pub fn give_back(&self, key: &K) {
        if let Some(full_at) = self.buckets().full_at.get_mut(key) {
            *full_at = full_at.checked_sub(self.each).unwrap_or(*full_at);
        }
    }

    fn buckets(&self) -> MutexGuard<'_, Buckets<K>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Buckets<K> {
    fn sweep(&mut self, now: Instant) {
        if self.full_at.len() >= self.swept_at {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.swept_at = REMEMBERED.max(self.full_at.len().saturating_mul(2));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn takes(quotas: &Quotas<u32>, key: u32) -> usize {
        (0..100).take_while(|_| quotas.take(key).is_ok()).count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_at_once_then_as_many_as_time_brings_back() {
        let quotas = Quotas::new(6, 3);
        assert_eq!((takes(&quotas, 1), takes(&quotas, 2)), (3, 3));
        assert_eq!(quotas.take(1), Err(Duration::from_secs(10)));
        advance(Duration::from_secs(9)).await;
        assert_eq!(quotas.take(1), Err(Duration::from_secs(1)));
        advance(Duration::from_secs(1)).await;
        assert_eq!(takes(&quotas, 1), 1);
        advance(MINUTE).await;
        assert_eq!(takes(&quotas, 1), 3, "no more than a burst, however long");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_given_back_is_there_once_and_not_beside_what_time_brings_back() {
        let quotas = Quotas::new(6, 3);
        assert_eq!(takes(&quotas, 1), 3);
        for _ in 0..3 {
            quotas.give_back(&1);
        }
        advance(MINUTE).await;
        assert_eq!(takes(&quotas, 1), 3);
        advance(MINUTE).await;
        quotas.give_back(&1);
        assert_eq!(takes(&quotas, 1), 3, "full is full");
        quotas.give_back(&1);
        assert_eq!(takes(&quotas, 1), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn buckets_that_are_full_again_are_forgotten_and_looked_for_seldom() {
        let quotas = Quotas::new(6, 1);
        let many = u32::try_from(REMEMBERED).unwrap();
        for key in 0..many {
            quotas.take(key).unwrap();
        }
        quotas.take(many).unwrap();
        assert_eq!(quotas.buckets().swept_at, 2 * REMEMBERED, "all are in use");
        advance(MINUTE).await;
        for key in many..=2 * many {
            quotas.take(key).unwrap();
        }
        let buckets = quotas.buckets();
        assert!(buckets.full_at.len() <= REMEMBERED + 1);
        assert_eq!(buckets.swept_at, 2 * REMEMBERED);
    }
}
