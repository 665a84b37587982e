//! Keeps what this server remembers of the knowledge base in step with the database.
//!
//! A few times a second chores have it write down the views noted since, and look whether the log of
//! the knowledge base moved and which counters changed. Hints of other instances make it look at once;
//! a hint that is lost costs the wait until the next look.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared_kernel::{StoreError, StreamId};
use store_pg::{FaqPosition, PgStore, WakeupHint};
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

use super::articles::Articles;

/// Between two attempts at the last views.
const AGAIN: Duration = Duration::from_millis(200);
/// How long after a look what is kept is trusted: no article is shown longer than this after it
/// changed, whatever becomes of hints and looks.
const TRUST: Duration = Duration::from_millis(900);
/// Views written in one statement.
const BATCH: usize = 2_000;
/// How long the last views may take to be written when the server stops.
const LAST_CHANCE: Duration = Duration::from_secs(5);

/// What the chores of the knowledge base do, and their bell.
pub struct Follower {
    articles: Arc<Articles>,
    store: PgStore,
    bell: Notify,
    /// Where the log stood at the last look.
    seen: Mutex<Option<FaqPosition>>,
}

impl Follower {
    /// Keeps these articles in step with this store.
    pub fn new(articles: Arc<Articles>, store: PgStore) -> Arc<Self> {
        Arc::new(Self {
            articles,
            store,
            bell: Notify::new(),
            seen: Mutex::default(),
        })
    }

    /// Hears what other instances wrote.
    pub fn nudge(&self, hints: &[WakeupHint]) {
        let ours = StreamId::knowledge_base();
        if hints.iter().any(|(stream, _)| *stream == ours) {
            self.bell.notify_one();
        }
    }

    /// Answers when another instance wrote.
    pub async fn nudged(&self) {
        self.bell.notified().await;
    }

    /// Writes the last views down. A database that is away loses them.
    pub async fn write_last_views(&self) {
        let writing = async {
            while self.write_views().await.is_err() || !self.articles.page_views().is_empty() {
                tokio::time::sleep(AGAIN).await;
            }
        };
        if timeout(LAST_CHANCE, writing).await.is_err() {
            tracing::warn!("the last views of articles are lost: the database is away");
        }
    }

    /// Writes the views noted so far down, for who is about to count them. What goes wrong is tried
    /// again by the chore `write_page_views`. In a task of its own: a caller that goes away must not take the views along.
    pub async fn catch_up(self: &Arc<Self>) {
        if self.articles.page_views().is_empty() {
            return;
        }
        let follower = Arc::clone(self);
        let writing = tokio::spawn(async move { follower.write_views().await });
        // Who counts is told of a database that is away by their own question.
        let _ = writing.await;
    }

    /// Writes down all views that wait.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn write_views(&self) -> Result<(), StoreError> {
        while self.write_batch().await? == BATCH {}
        Ok(())
    }

    async fn write_batch(&self) -> Result<usize, StoreError> {
        if self.articles.page_views().is_empty() {
            return Ok(0);
        }
        let Some(_alone) = self.articles.settling().await else {
            return Ok(0);
        };
        let views = self.articles.page_views().take(BATCH);
        match self.store.count_views(&views).await {
            Ok(outcomes) => {
                self.articles.settle(&views, &outcomes);
                Ok(views.len())
            }
            Err(error) => {
                self.articles.page_views().put_back(views);
                Err(error)
            }
        }
    }

    /// Looks at the log of the knowledge base, and at the counters that changed since the last look.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look(&self) -> Result<(), StoreError> {
        let mut seen = self.seen.lock().await;
        let _settled = self.articles.settled().await;
        let horizon = self.articles.horizon();
        let since = horizon.look();
        let looked = Instant::now();
        let news = match self.store.faq_news(since).await {
            Ok(news) => news,
            Err(error) => {
                horizon.missed(since);
                return Err(error);
            }
        };
        if *seen != Some(news.position) {
            self.articles.clear();
            *seen = Some(news.position);
        }
        for (id, counters) in news.counters {
            self.articles.count(&id, counters);
        }
        horizon.reached(news.horizon);
        self.articles.trust(looked, TRUST);
        Ok(())
    }
}
