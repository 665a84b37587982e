//! Which page views count, and what waits to be written down.
//!
//! A view is noted in memory and written with others a moment later, so that readers never wait
//! for the database and never write it one by one. What this instance knows of a visitor spares
//! most writes; the database decides, since a visitor may come by another instance.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use faq_domain::readers::{View, Visitor};
use shared_kernel::FaqId;
use store_pg::CountedView;

/// Views that wait while the database is away; more are not counted.
const MAX_WAITING: usize = 20_000;
/// Views remembered as counted, twice: when so many are new, the oldest are forgotten.
const REMEMBERED: usize = 50_000;

type Key = (FaqId, Visitor);

/// Page views noted by this instance.
#[derive(Default)]
pub struct PageViews {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: HashMap<Key, DateTime<Utc>>,
    /// Per article: views that are noted and not yet written down.
    ahead: HashMap<FaqId, i64>,
    lately: Lately,
}

impl PageViews {
    /// Notes a view, unless this visitor's was counted lately. When it counts, `shown` is told how
    /// many of the article's views are not written down yet.
    pub fn note(&self, view: View, shown: impl FnOnce(i64)) {
        let mut state = self.state();
        let key = (view.article, view.visitor);
        // One that still waits, because the database is away for long, stands for both.
        if state.lately.holds(&key, view.at) || state.waiting.contains_key(&key) {
            return;
        }
        if state.waiting.len() >= MAX_WAITING {
            metrics::counter!("guichet_faq_views_dropped_total").increment(1);
            return;
        }
        metrics::counter!("guichet_faq_views_total").increment(1);
        state.lately.remember(key.clone(), view.at);
        let ahead = state.ahead.entry(key.0.clone()).or_default();
        *ahead += 1;
        shown(*ahead);
        state.waiting.insert(key, view.at);
    }

    /// How many of an article's views are noted and not yet written down.
    pub fn ahead(&self, article: &FaqId) -> i64 {
        self.state().ahead.get(article).copied().unwrap_or_default()
    }

    /// Whether nothing waits to be written down.
    pub fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Takes views to write them down: to be settled or put back.
    pub fn take(&self, most: usize) -> Vec<View> {
        let mut state = self.state();
        let keys: Vec<Key> = state.waiting.keys().take(most).cloned().collect();
        keys.into_iter()
            .filter_map(|key| {
                let at = state.waiting.remove(&key)?;
                Some(View {
                    article: key.0,
                    visitor: key.1,
                    at,
                })
            })
            .collect()
    }

    /// Puts views back that could not be written down.
    pub fn put_back(&self, views: Vec<View>) {
        let mut state = self.state();
        for view in views {
            let key = (view.article, view.visitor);
            state.waiting.insert(key, view.at);
        }
    }

    /// Learns what became of views that were taken. `shown` is told of each article how many of
    /// its views are still not written down, and its outcome.
    pub fn settle(
        &self,
        views: &[View],
        outcomes: &[CountedView],
        mut shown: impl FnMut(&FaqId, i64, &CountedView),
    ) {
        let mut state = self.state();
        for (view, outcome) in views.iter().zip(outcomes) {
            let key = (view.article.clone(), view.visitor);
            match outcome.counted_at {
                Some(at) => state.lately.remember(key, at),
                None => state.lately.forget(&key),
            }
            if let Some(ahead) = state.ahead.get_mut(&view.article) {
                *ahead -= 1;
            }
        }
        state.ahead.retain(|_, ahead| *ahead > 0);
        // Told under the lock, and only once all are settled: nobody is shown a view twice.
        for (view, outcome) in views.iter().zip(outcomes) {
            let ahead = state.ahead.get(&view.article);
            shown(&view.article, ahead.copied().unwrap_or_default(), outcome);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When views were counted last, as far as this instance remembers.
#[derive(Default)]
struct Lately {
    young: HashMap<Key, DateTime<Utc>>,
    old: HashMap<Key, DateTime<Utc>>,
}

impl Lately {
    fn holds(&self, key: &Key, now: DateTime<Utc>) -> bool {
        let counted = self.young.get(key).or_else(|| self.old.get(key));
        counted.is_some_and(|at| now - *at < Visitor::VIEW_LASTS)
    }

    fn remember(&mut self, key: Key, at: DateTime<Utc>) {
        if self.young.len() >= REMEMBERED && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, at);
    }

    fn forget(&mut self, key: &Key) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    fn view(visitor: u32, minutes: i64) -> View {
        let mut digest = [0; Visitor::BYTES];
        digest
            .iter_mut()
            .zip(visitor.to_be_bytes())
            .for_each(|(to, from)| *to = from);
        View {
            article: FaqId::parse("FAQ-1").unwrap(),
            visitor: Visitor::new(digest),
            at: at(minutes),
        }
    }

    /// What readers would be shown beside the written views; nothing when the view did not count.
    fn note(views: &PageViews, view: View) -> Option<i64> {
        let mut shown = None;
        views.note(view, |ahead| shown = Some(ahead));
        shown
    }

    fn counted(at: Option<DateTime<Utc>>) -> CountedView {
        CountedView {
            counted_at: at,
            counters: None,
        }
    }

    #[test]
    fn a_reload_counts_nothing_until_half_an_hour_has_passed() {
        let views = PageViews::default();
        assert_eq!(note(&views, view(1, 0)), Some(1));
        assert_eq!(note(&views, view(1, 0)), None);
        assert_eq!(note(&views, view(1, 29)), None);
        assert_eq!(note(&views, view(2, 29)), Some(2));
        assert_eq!(note(&views, view(1, 30)), None, "the first still waits");
        views.take(10);
        assert_eq!(note(&views, view(1, 30)), Some(3));
    }

    #[test]
    fn what_could_not_be_written_waits_and_stays_shown() {
        let views = PageViews::default();
        note(&views, view(1, 0));
        let taken = views.take(10);
        assert_eq!((taken.len(), views.take(10).len()), (1, 0));
        let article = &taken[0].article.clone();
        views.put_back(taken);
        assert_eq!(views.ahead(article), 1);
        assert_eq!(views.take(10), [view(1, 0)]);
    }

    #[test]
    fn the_database_knows_better_when_a_visitor_was_counted() {
        let views = PageViews::default();
        note(&views, view(1, 20));
        let taken = views.take(10);
        // Another instance counted them 20 minutes before.
        let mut left = Vec::new();
        views.settle(&taken, &[counted(Some(at(0)))], |_, ahead, _| {
            left.push(ahead);
        });
        assert_eq!(left, [0]);
        assert_eq!(note(&views, view(1, 29)), None);
        assert_eq!(note(&views, view(1, 30)), Some(1));
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let views = PageViews::default();
        for visitor in 0..150_000 {
            note(&views, view(visitor, 0));
            if visitor % 1_000 == 0 {
                let taken = views.take(usize::MAX);
                let outcomes = vec![counted(Some(at(0))); taken.len()];
                views.settle(&taken, &outcomes, |_, _, _| {});
            }
        }
        let state = views.state();
        assert!(state.lately.young.len() <= REMEMBERED && state.lately.old.len() <= REMEMBERED);
        drop(state);
        for visitor in 200_000..250_000 {
            note(&views, view(visitor, 0));
        }
        assert_eq!(views.take(usize::MAX).len(), MAX_WAITING);
    }
}
