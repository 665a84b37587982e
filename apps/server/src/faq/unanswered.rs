//! Counts searches that found nothing, off the way of the request.
//!
//! They gather in memory; a chore writes them, and once more when the server stops. While
//! the database is away they wait; what does not fit is not counted.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use faq_domain::Locale;
use faq_domain::unanswered::{Unanswered, UnansweredQueries, canonical};
use shared_kernel::StoreError;

/// Different searches that wait at the most.
const MOST_WAITING: usize = 1_000;

type Waiting = HashMap<(String, Locale), Unanswered>;

/// The searches that wait to be counted.
pub struct UnansweredSearches {
    store: Arc<dyn UnansweredQueries>,
    waiting: Mutex<Waiting>,
}

impl UnansweredSearches {
    /// Nothing waits yet.
    pub fn new(store: Arc<dyn UnansweredQueries>) -> Self {
        Self {
            store,
            waiting: Mutex::new(HashMap::new()),
        }
    }

    /// What has been counted so far.
    pub fn store(&self) -> &dyn UnansweredQueries {
        &*self.store
    }

    /// Takes note of a search that found nothing. Keeps nothing personal, see [`canonical`].
    pub fn note(&self, words: &str, locale: &Locale, at: DateTime<Utc>) {
        if let Some(query) = canonical(words) {
            let asked = Unanswered {
                query,
                locale: locale.clone(),
                times: 1,
                first_at: at,
                last_at: at,
            };
            add(&mut self.waiting(), asked);
        }
    }

    /// Writes what waits; what could not be written goes on waiting.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn write(&self) -> Result<(), StoreError> {
        let asked: Vec<Unanswered> = self.waiting().drain().map(|(_, asked)| asked).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let written = self.store.count_unanswered(asked.clone()).await;
        if written.is_err() {
            let mut waiting = self.waiting();
            for asked in asked {
                add(&mut waiting, asked);
            }
        }
        written
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(waiting: &mut Waiting, asked: Unanswered) {
    let has_room = waiting.len() < MOST_WAITING;
    match waiting.entry((asked.query.clone(), asked.locale.clone())) {
        Entry::Occupied(mut known) => {
            let known = known.get_mut();
            known.times += asked.times;
            known.first_at = known.first_at.min(asked.first_at);
            known.last_at = known.last_at.max(asked.last_at);
        }
        Entry::Vacant(free) if has_room => {
            free.insert(asked);
        }
        Entry::Vacant(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use async_trait::async_trait;

    use faq_domain::unanswered::UnansweredPosition;

    use super::*;
    use crate::jobs::chores::{Chore as _, CountUnanswered};

    #[derive(Default)]
    struct Kept {
        is_away: AtomicBool,
        all: Mutex<Vec<Unanswered>>,
    }

    #[async_trait]
    impl UnansweredQueries for Kept {
        async fn count_unanswered(&self, asked: Vec<Unanswered>) -> Result<(), StoreError> {
            if self.is_away.load(Ordering::SeqCst) {
                return Err(StoreError::Unavailable("away".into()));
            }
            self.all.lock().unwrap().extend(asked);
            Ok(())
        }

        async fn unanswered_after(
            &self,
            _: &UnansweredPosition,
            _: u32,
        ) -> Result<Vec<Unanswered>, StoreError> {
            Ok(Vec::new())
        }

        async fn unanswered(&self, _: u32) -> Result<Vec<Unanswered>, StoreError> {
            Ok(self.all.lock().unwrap().clone())
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[tokio::test]
    async fn searches_of_one_form_are_counted_together() {
        let kept = Arc::new(Kept::default());
        let searches = UnansweredSearches::new(Arc::clone(&kept) as _);
        searches.note("Attelage  remorque", &Locale::french(), at(1));
        searches.note("attelage remorqué", &Locale::french(), at(2));
        searches.note("jean@example.com", &Locale::french(), at(3));
        searches.write().await.unwrap();
        let all = kept.unanswered(10).await.unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(
            (all[0].times, all[0].first_at, all[0].last_at),
            (2, at(1), at(2))
        );
    }

    #[tokio::test]
    async fn what_could_not_be_written_waits_for_the_next_time() {
        let kept = Arc::new(Kept::default());
        kept.is_away.store(true, Ordering::SeqCst);
        let searches = Arc::new(UnansweredSearches::new(Arc::clone(&kept) as _));
        searches.note("attelage", &Locale::french(), at(1));
        assert!(searches.write().await.is_err());
        kept.is_away.store(false, Ordering::SeqCst);
        searches.note("attelage", &Locale::french(), at(2));
        searches.write().await.unwrap();
        let all = kept.unanswered(10).await.unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].times, all[0].first_at), (2, at(1)));
    }

    #[tokio::test]
    async fn what_waits_when_the_server_stops_is_written() {
        let kept = Arc::new(Kept::default());
        let searches = Arc::new(UnansweredSearches::new(Arc::clone(&kept) as _));
        searches.note("attelage", &Locale::french(), at(1));
        CountUnanswered { searches }.farewell().await;
        assert_eq!(kept.unanswered(10).await.unwrap().len(), 1);
    }

    #[test]
    fn a_flood_of_searches_takes_no_more_memory() {
        let searches = UnansweredSearches::new(Arc::new(Kept::default()));
        for n in 0..MOST_WAITING * 2 {
            let letters = ('a'..='z').cycle().skip(n % 26).take(3).collect::<String>();
            searches.note(&format!("mot {letters} {n}"), &Locale::french(), at(1));
        }
        assert_eq!(searches.waiting().len(), MOST_WAITING);
    }
}
