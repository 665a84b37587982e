//! Articles as they are served, from memory.
//!
//! An article is kept with all its languages, and in each language it was asked for as the bytes
//! of the answer. Reading one that is kept costs no database and no work on text. What is kept is
//! trusted only as long as the log was looked at within the last moment (`follower`): a server
//! that lost the database does not go on showing what may have passed.
//!
//! Counters change without the article changing. The later of two states has counted more
//! changes, and replaces the other in place. Views that are noted and not yet written down are
//! shown on top; so that none is shown twice, nothing is loaded while views are written down
//! ([`Articles::settling`]).

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use faq_domain::readers::View;
use faq_domain::{Counters, FaqQueries, Languages};
use shared_kernel::{FaqId, StoreError};
use store_pg::CountedView;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
use tokio::time::timeout;

use super::cache::Cache;
use super::horizon::{Horizon, LoadMark};
use super::kept::{Kept, Served};
use super::page_views::PageViews;

/// Bytes of articles kept: some thousand long ones.
const LIMIT: usize = 32 * 1024 * 1024;
/// A batch, a load or a vote that takes longer than this is not waited for.
const BUSY: Duration = Duration::from_millis(100);

/// Views are not written down while this is held. A database that keeps a batch waiting keeps
/// nobody else waiting: then there is nothing to hold, and a view may be shown twice for a moment.
pub(super) type Settled = Option<OwnedRwLockReadGuard<()>>;
/// What a load holds until what it found is kept.
type Beside = (Settled, LoadMark);

async fn settled(settling: Arc<tokio::sync::RwLock<()>>) -> Settled {
    timeout(BUSY, settling.read_owned()).await.ok()
}

/// The articles of one server.
pub struct Articles {
    cache: Cache<FaqId, Kept>,
    source: Arc<dyn FaqQueries>,
    page_views: Arc<PageViews>,
    settling: Arc<tokio::sync::RwLock<()>>,
    horizon: Arc<Horizon>,
    /// Milliseconds after `born` until which what is kept can be trusted.
    trusted_until: AtomicU64,
    born: Instant,
}

impl Articles {
    /// None is kept yet, and none is trusted before the log was looked at.
    pub fn new(source: Arc<dyn FaqQueries>) -> Arc<Self> {
        Arc::new(Self {
            cache: Cache::new(LIMIT),
            source,
            page_views: Arc::default(),
            settling: Arc::default(),
            horizon: Arc::default(),
            trusted_until: AtomicU64::new(0),
            born: Instant::now(),
        })
    }

    /// One article, published or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(&self, id: &FaqId) -> Result<Option<Arc<Kept>>, StoreError> {
        if self.is_trusted()
            && let Some(kept) = self.cache.peek(id)
        {
            return Ok(Some(kept));
        }
        self.cache.load(id, || self.loading(id.clone())).await
    }

    /// Loads an article. What comes beside it is let go once it is kept: views may be written down
    /// again, and counters are looked for from before the load on.
    fn loading(
        &self,
        id: FaqId,
    ) -> impl Future<Output = Result<(Option<Kept>, Beside), StoreError>> + Send + use<> {
        let (source, views) = (Arc::clone(&self.source), Arc::clone(&self.page_views));
        let (settling, horizon) = (Arc::clone(&self.settling), Arc::clone(&self.horizon));
        async move {
            let settled = settled(settling).await;
            let mark = horizon.begin();
            let file = source.article(&id).await?;
            let kept = file.map(|file| Kept::new(file, views.ahead(&id)));
            Ok((kept, (settled, mark)))
        }
    }

    /// Notes that somebody looked at an article.
    pub fn note(&self, kept: &Kept, view: View) {
        self.page_views
            .note(view, |ahead| kept.update(None, Some(ahead)));
    }

    /// Takes counters that somebody read or wrote.
    pub(super) fn count(&self, id: &FaqId, counters: Counters) {
        if let Some(kept) = self.cache.peek(id) {
            kept.update(Some(counters), None);
        }
    }

    /// Runs what changes an article's counters and shows them, such as a vote. No views are written
    /// down meanwhile: those on top of the counters stay on top. What was counted is taken over when
    /// the work is done, and not when it failed.
    ///
    /// # Errors
    /// The work's.
    pub async fn recounting<T, E>(
        &self,
        kept: &Kept,
        work: impl AsyncFnOnce(&Recount<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _settled = self.settled().await;
        let recount = Recount {
            articles: self,
            kept,
            counted: Cell::new(None),
        };
        let done = work(&recount).await?;
        if let Some(counters) = recount.counted.get() {
            self.count(&kept.file().article.id, counters);
        }
        Ok(done)
    }

    /// Forgets every article: something was written.
    pub fn clear(&self) {
        self.cache.clear();
    }

    /// Waits until views are written down, and holds the next off: whatever reads counters, and
    /// shows them with the views on top, does it meanwhile.
    pub(super) async fn settled(&self) -> Settled {
        settled(Arc::clone(&self.settling)).await
    }

    /// Waits for whoever reads counters, and holds the next off; nothing when that takes long.
    pub(super) async fn settling(&self) -> Option<OwnedRwLockWriteGuard<()>> {
        let waiting = Arc::clone(&self.settling).write_owned();
        timeout(BUSY, waiting).await.ok()
    }

    /// Learns what became of views that were taken from [`Self::page_views`].
    pub(super) fn settle(&self, views: &[View], outcomes: &[CountedView]) {
        self.page_views
            .settle(views, outcomes, |id, ahead, outcome| {
                if let Some(kept) = self.cache.peek(id) {
                    kept.update(outcome.counters, Some(ahead));
                }
            });
    }

    pub(super) fn page_views(&self) -> &PageViews {
        &self.page_views
    }

    pub(super) fn horizon(&self) -> &Horizon {
        &self.horizon
    }

    /// Trusts what is kept for a while after the moment the log was looked at.
    pub(super) fn trust(&self, looked: Instant, lasting: Duration) {
        let until = (looked + lasting).saturating_duration_since(self.born);
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.trusted_until.store(until, Ordering::Release);
    }

    fn is_trusted(&self) -> bool {
        let until = Duration::from_millis(self.trusted_until.load(Ordering::Acquire));
        self.born.elapsed() < until
    }
}

/// New counters of an article, in a transaction that may still fail.
pub struct Recount<'a> {
    articles: &'a Articles,
    kept: &'a Kept,
    counted: Cell<Option<Counters>>,
}

impl Recount<'_> {
    /// The answer with these counters; what is kept stays as it is.
    ///
    /// # Errors
    /// As [`Kept::served`].
    pub fn served(&self, counters: Counters, languages: &Languages) -> Result<Served, StoreError> {
        self.counted.set(Some(counters));
        let ahead = self.articles.page_views.ahead(&self.kept.file().article.id);
        self.kept.served_with(counters, ahead, languages)
    }
}
