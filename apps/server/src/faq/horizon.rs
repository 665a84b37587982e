//! From which transaction on changes of counters are looked for.
//!
//! Each look at the database finds what was not finished at the look before. Meanwhile an article
//! is loaded: what it shows may be older than the latest look, so the next look begins where the
//! latest before the load did. Otherwise a change could fall between the two and never be shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the next look begins.
#[derive(Debug, Default)]
pub(super) struct Horizon {
    marks: Mutex<Marks>,
}

#[derive(Debug, Default)]
struct Marks {
    /// Of the latest look.
    reached: Option<i64>,
    /// Loads that are under way, by the horizon they began at.
    loading: BTreeMap<i64, usize>,
    /// The earliest of loads that ended since the latest look began.
    loaded: Option<i64>,
}

/// A load under way; it ends with the mark.
#[derive(Debug)]
pub(super) struct LoadMark {
    horizon: Arc<Horizon>,
    at: Option<i64>,
}

impl Horizon {
    /// Begins a load.
    pub(super) fn begin(self: &Arc<Self>) -> LoadMark {
        let mut marks = self.marks();
        let at = marks.reached;
        if let Some(at) = at {
            *marks.loading.entry(at).or_default() += 1;
        }
        drop(marks);
        LoadMark {
            horizon: Arc::clone(self),
            at,
        }
    }

    /// Where the look that begins now has to start; nothing before the first.
    pub(super) fn look(&self) -> Option<i64> {
        let mut marks = self.marks();
        let loading = marks.loading.keys().next().copied();
        let loaded = marks.loaded.take();
        [marks.reached, loading, loaded].into_iter().flatten().min()
    }

    /// The look was in vain; the next starts where it did.
    pub(super) fn missed(&self, since: Option<i64>) {
        let mut marks = self.marks();
        marks.loaded = [marks.loaded, since].into_iter().flatten().min();
    }

    /// The look saw everything before this horizon.
    pub(super) fn reached(&self, horizon: i64) {
        self.marks().reached = Some(horizon);
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LoadMark {
    fn drop(&mut self) {
        let Some(at) = self.at else { return };
        let mut marks = self.horizon.marks();
        marks.loaded = Some(marks.loaded.map_or(at, |loaded| loaded.min(at)));
        if let Some(loads) = marks.loading.get_mut(&at) {
            *loads -= 1;
            if *loads == 0 {
                marks.loading.remove(&at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_follow_each_other() {
        let horizon = Arc::new(Horizon::default());
        assert_eq!(horizon.look(), None);
        horizon.reached(7);
        assert_eq!(horizon.look(), Some(7));
        horizon.reached(9);
        assert_eq!(horizon.look(), Some(9));
    }

    #[test]
    fn what_changed_during_a_load_is_looked_for_until_one_look_after_it() {
        let horizon = Arc::new(Horizon::default());
        horizon.reached(7);
        let load = horizon.begin();
        horizon.reached(9);
        assert_eq!(horizon.look(), Some(7));
        horizon.reached(10);
        // The load ends during a look: that one may have come too early for it.
        assert_eq!(horizon.look(), Some(7));
        drop(load);
        horizon.reached(11);
        assert_eq!(horizon.look(), Some(7));
        horizon.reached(12);
        assert_eq!(horizon.look(), Some(12));
    }

    #[test]
    fn a_look_in_vain_is_made_good_by_the_next() {
        let horizon = Arc::new(Horizon::default());
        horizon.reached(7);
        drop(horizon.begin());
        horizon.reached(9);
        let since = horizon.look();
        horizon.missed(since);
        assert_eq!(horizon.look(), Some(7));
    }
}
