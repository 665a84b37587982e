//! Which PostgreSQL: the one named, else a private one in the data folder.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pg_embedded::{Binaries, Cluster, ClusterError, ClusterOptions, NotFound, Purpose};
use settings::Config;
use shared_kernel::StoreError;
use store_pg::{MigrationError, create_database, durability, is_connection_url, migrate};

const DATABASE: &str = "guichet";
/// How long the server waits at its start for a database that is starting too.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("DATABASE_URL is not a connection URL (postgres://user:password@host:port/database)")]
    Url,
    #[error("{0}")]
    NoPrograms(#[from] NotFound),
    #[error("the private PostgreSQL cannot be started")]
    Cluster(#[from] ClusterError),
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    #[error("the database cannot be brought up to date")]
    Migration(#[from] MigrationError),
    #[error(
        "PostgreSQL may lose committed writes (fsync = {fsync}, full_page_writes = {full_page_writes}, synchronous_commit = {synchronous_commit}); turn them on"
    )]
    Volatile {
        fsync: String,
        full_page_writes: String,
        synchronous_commit: String,
    },
    #[error("the thread that starts PostgreSQL failed")]
    Thread,
}

/// A private PostgreSQL, and what it takes to start it again.
pub struct PrivateDatabase {
    cluster: Mutex<Option<Cluster>>,
    options: ClusterOptions,
}

/// A database that is up, and ours to look after when it is private.
pub struct Database {
    pub url: String,
    private: Option<Arc<PrivateDatabase>>,
}

impl Database {
    /// Finds or starts the database, and checks that it keeps what it is told.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open(config: &Config) -> Result<Self, DatabaseError> {
        let database = match config.storage.database_url.given() {
            Some(url) if !is_connection_url(url) => return Err(DatabaseError::Url),
            Some(url) => Self {
                url: url.to_owned(),
                private: None,
            },
            None => start_private(config).await?,
        };
        let kept = patiently(|| durability(&database.url)).await?;
        if !kept.is_durable() && !config.storage.allow_volatile {
            return Err(DatabaseError::Volatile {
                fsync: kept.fsync,
                full_page_writes: kept.full_page_writes,
                synchronous_commit: kept.synchronous_commit,
            });
        }
        tracing::info!(version = %kept.version, private = database.private.is_some(), "PostgreSQL is up");
        Ok(database)
    }

    /// Opens it and brings its schema up to date.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open_migrated(config: &Config) -> Result<Self, DatabaseError> {
        let database = Self::open(config).await?;
        let ran = migrate(&database.url).await?;
        if !ran.is_empty() {
            tracing::info!(count = ran.len(), "migrations ran");
        }
        Ok(database)
    }

    /// The private PostgreSQL, for who looks after it; `None` for a named one.
    pub fn private(&self) -> Option<Arc<PrivateDatabase>> {
        self.private.clone()
    }

    /// Stops it when it is private. Blocks for a moment.
    pub fn close(self) {
        let Some(private) = self.private else { return };
        let cluster = private
            .cluster
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut cluster) = cluster
            && let Err(error) = cluster.stop()
        {
            tracing::warn!(%error, "the private PostgreSQL did not stop as asked");
        }
    }
}

impl PrivateDatabase {
    /// Starts it again if it has died. Blocks meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be started; the log says why.
    pub fn revive(&self) -> Result<(), StoreError> {
        let mut cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        if cluster.as_mut().is_some_and(Cluster::is_running) {
            return Ok(());
        }
        tracing::error!("the private PostgreSQL has died; starting it again");
        // The folder's lock goes with the old one.
        drop(cluster.take());
        match Cluster::start(self.options.clone()) {
            Ok(started) => {
                *cluster = Some(started);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "the private PostgreSQL cannot be started");
                Err(StoreError::Unavailable(error.into()))
            }
        }
    }
}

async fn start_private(config: &Config) -> Result<Database, DatabaseError> {
    let data_dir = std::path::absolute(&config.storage.data_dir)
        .unwrap_or_else(|_| config.storage.data_dir.clone());
    tracing::info!(folder = %data_dir.display(), "starting a private PostgreSQL");
    let starting = tokio::task::spawn_blocking(move || -> Result<_, DatabaseError> {
        let binaries = Binaries::find()?;
        let options = ClusterOptions {
            binaries,
            data_dir,
            purpose: Purpose::Real,
        };
        Ok((Cluster::start(options.clone())?, options))
    });
    let (cluster, options) = starting.await.map_err(|_| DatabaseError::Thread)??;
    create_database(&cluster.url("postgres"), DATABASE).await?;
    let url = cluster.url(DATABASE);
    let private = PrivateDatabase {
        cluster: Mutex::new(Some(cluster)),
        options,
    };
    Ok(Database {
        url,
        private: Some(Arc::new(private)),
    })
}

/// Asks again for a while when the server is not up yet.
async fn patiently<T, F>(ask: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut said = false;
    loop {
        match ask().await {
            Err(StoreError::Unavailable(error)) if tokio::time::Instant::now() < until => {
                if !said {
                    tracing::warn!(%error, "waiting for the database");
                    said = true;
                }
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            other => return other,
        }
    }
}
