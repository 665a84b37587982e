//! Clock, ids, links and store: what every command that touches the data needs.

use std::sync::Arc;
use std::time::Duration;

use faq_domain::FaqError;
use faq_domain::use_cases::enter_defaults;
use identity::rating_links::RatingLinks;
use identity::{RandomIds, signing_secret};
use settings::Config;
use shared_kernel::{Clock, IdGenerator, Surroundings};
use store_pg::{
    DatabaseSettings, Lent, PgStore, Told, WakeupHint, WakeupListener, Wakeups, is_on_this_machine,
};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::error::StartError;
use super::mail;
use crate::events::Translator;
use crate::live::Commits;
use crate::work::Executor;

/// The parts everything else is made of.
pub struct Core {
    pub secret: Vec<u8>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
    pub links: Arc<RatingLinks>,
    pub store: PgStore,
    /// Everything that changes something goes through it.
    pub work: Arc<Executor>,
    pub(super) serving_threads: usize,
    pub(super) commits: Arc<Commits>,
    pub(super) hints: mpsc::UnboundedReceiver<Vec<WakeupHint>>,
}

impl Core {
    /// Clock, ids, links and store over an open database.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn new(
        config: &Config,
        clock: Arc<dyn Clock>,
        database_url: &str,
    ) -> Result<Self, StartError> {
        let secret = signing_secret(config)?;
        let links = Arc::new(RatingLinks::new(&secret, config.http.link_base()));
        let translator = Translator::new(Arc::new(mail::desk(config)), Arc::clone(&links));
        let (commits, hints) = Commits::new();
        let serving_threads = config
            .http
            .serving_threads(is_on_this_machine(database_url));
        let settings = DatabaseSettings {
            url: database_url.to_owned(),
            pool_size: config.storage.pool_size,
            serving_threads,
            acquire_timeout: Duration::from_millis(config.storage.acquire_timeout_ms),
            statement_timeout: Duration::from_millis(config.storage.statement_timeout_ms),
        };
        let ids: Arc<dyn IdGenerator> = Arc::new(RandomIds::new(&secret));
        let store = PgStore::new(
            &settings,
            Lent {
                zone: config.shop.time_zone,
                ids: Arc::clone(&ids),
                listener: Arc::clone(&commits) as Arc<dyn store_pg::CommitListener>,
            },
        )?;
        let work = Arc::new(Executor::new(Arc::new(store.clone()), translator));
        Ok(Self {
            secret,
            clock,
            ids,
            links,
            store,
            work,
            serving_threads,
            commits,
            hints,
        })
    }

    /// What use cases need besides the transaction.
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }

    /// Gives a new knowledge base something to begin with. Of several servers that start at once,
    /// one does.
    ///
    /// # Errors
    /// [`FaqError`].
    pub async fn enter_default_articles(&self) -> Result<(), FaqError> {
        let with = self.surroundings();
        let entered = self.work.run(async |tx| enter_defaults(tx, with).await);
        if entered.await? {
            tracing::info!("the default articles of the knowledge base were entered");
        }
        Ok(())
    }

    /// Tells running servers what was committed here; for a command that ends now.
    pub async fn tell_others(self, database_url: String) {
        let Self {
            hints,
            store,
            work,
            commits,
            ..
        } = self;
        let neighbours = commits.neighbours();
        // Without them no hint can follow, so the exchange ends with the last one.
        drop((store, work, commits));
        // No server has this name.
        let wakeups = Wakeups::new(database_url, Uuid::nil(), neighbours);
        let (_, passing) = mpsc::channel(1);
        wakeups.run(Told { hints, passing }, NoListener).await;
    }
}

/// A no-op listener, for who only tells.
struct NoListener;

impl WakeupListener for NoListener {
    fn connected(&self) {}

    fn reached(&self, _: Vec<WakeupHint>) {}

    fn passing(&self, _: &str) {}
}
