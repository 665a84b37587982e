//! After a commit: the hub, what is remembered of the knowledge base, the other instances and the
//! job runner hear of it at once.

use std::sync::{Arc, OnceLock};

use realtime::log::RelayHandle;
use shared_kernel::{LoggedEvent, StreamId};
use store_pg::{CommitListener, Neighbours, WakeupHint};
use tokio::sync::{Notify, mpsc};

use crate::faq::articles::Articles;

/// Passes commits on. Made before the store, which needs it; connected to the relay after, which
/// needs the store.
pub struct Commits {
    relay: OnceLock<RelayHandle>,
    articles: OnceLock<Arc<Articles>>,
    wakeups: mpsc::UnboundedSender<Vec<WakeupHint>>,
    neighbours: Arc<Neighbours>,
    jobs: Arc<Notify>,
}

impl Commits {
    /// Answers the hints for other instances beside it.
    pub fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Vec<WakeupHint>>) {
        let (wakeups, outgoing) = mpsc::unbounded_channel();
        let commits = Self {
            relay: OnceLock::new(),
            articles: OnceLock::new(),
            wakeups,
            neighbours: Arc::default(),
            jobs: Arc::new(Notify::new()),
        };
        (Arc::new(commits), outgoing)
    }

    /// From now on events reach the sockets of this process.
    pub fn connect(&self, relay: RelayHandle) {
        // Connecting twice changes nothing.
        let _ = self.relay.set(relay);
    }

    /// From now on these articles are forgotten when the knowledge base was written.
    pub fn connect_articles(&self, articles: Arc<Articles>) {
        let _ = self.articles.set(articles);
    }

    /// Whether there are other instances to tell.
    pub fn neighbours(&self) -> Arc<Neighbours> {
        Arc::clone(&self.neighbours)
    }

    /// Rings when jobs were queued.
    pub fn job_bell(&self) -> Arc<Notify> {
        Arc::clone(&self.jobs)
    }
}

impl CommitListener for Commits {
    fn committed(&self, events: Vec<LoggedEvent>, jobs: usize) {
        if jobs > 0 {
            self.jobs.notify_one();
        }
        if events.is_empty() {
            return;
        }
        // First of all: whoever is told that it is done may read at once.
        let ours = StreamId::knowledge_base();
        if let Some(articles) = self.articles.get()
            && events.iter().any(|event| event.stream == ours)
        {
            articles.clear();
        }
        if self.neighbours.any() {
            let hints = events
                .iter()
                .map(|event| (event.stream.clone(), event.seq))
                .collect();
            // Nobody listens while the server stops; the rows are there all the same.
            let _ = self.wakeups.send(hints);
        }
        if let Some(relay) = self.relay.get() {
            relay.committed(events);
        }
    }
}
