//! Whether there are other instances on this database.
//!
//! Where there are none, telling them costs a good part of what a message costs. An instance that
//! begins, or was taken for dead ([`Neighbours::forgotten`]), says so ([`Neighbours::met`]) and
//! compares itself with the log once it was heard, so nothing is lost while it was not known of. One
//! that is gone is missed by the count of those that show that they are alive.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Whoever was heard of this lately is there, whatever the count says: after a crash of the
/// database all have yet to show that they are alive.
const HEARD: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
struct Sightings {
    /// When one was heard.
    met: Option<Instant>,
    /// Nobody else was counted.
    is_alone: bool,
}

/// What is known of other instances. Until they were counted, there are some.
#[derive(Debug, Default)]
pub struct Neighbours {
    seen: Mutex<Sightings>,
    /// Rings when the others have to hear this one's name.
    unknown: Notify,
}

impl Neighbours {
    /// Another instance was heard.
    pub fn met(&self) {
        let mut seen = self.seen();
        seen.met = Some(Instant::now());
        seen.is_alone = false;
    }

    /// So many others showed that they are alive.
    pub fn counted(&self, others: usize) {
        let mut seen = self.seen();
        let heard = seen.met.is_some_and(|at| at.elapsed() < HEARD);
        seen.is_alone = others == 0 && !heard;
    }

    /// The others took this instance for dead, and have to hear that it is not.
    pub fn forgotten(&self) {
        self.unknown.notify_one();
    }

    /// Waits until the others have to hear this one's name.
    pub(crate) async fn unknown(&self) {
        self.unknown.notified().await;
    }

    /// Whether anybody else is to be told.
    pub fn any(&self) -> bool {
        !self.seen().is_alone
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Sightings> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_others_until_none_is_counted_and_again_when_one_is_heard() {
        let neighbours = Neighbours::default();
        assert!(neighbours.any());
        neighbours.counted(0);
        assert!(!neighbours.any());
        neighbours.met();
        assert!(neighbours.any());
        neighbours.counted(0);
        assert!(neighbours.any(), "one heard a moment ago is there");
    }
}
