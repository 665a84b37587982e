//! How the server is doing, as operators and load balancers ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use realtime::Hub;
use serde::Serialize;
use shared_kernel::Clock;
use store_pg::{JobQueue, PgStore};
use utoipa::ToSchema;

use super::chore_ledger::Ledger;

/// A probe must be quicker than whoever asks.
const PROBE: Duration = Duration::from_millis(1_500);
/// A worker silent for longer is stuck, in seconds.
const WORKER_SILENCE_SECONDS: i64 = 60;

/// What is ready and what is not.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own"
)]
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    pub ready: bool,
    /// The database answers.
    pub database: bool,
    /// Every migration has run.
    pub migrations: bool,
    /// Background work is going on.
    pub workers: bool,
    /// The server is stopping.
    pub draining: bool,
}

/// Gathers the signs of life.
pub struct HealthMonitor {
    store: PgStore,
    jobs: JobQueue,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    migrated: AtomicBool,
    draining: AtomicBool,
    /// When the job runner last went round, in seconds since 1970.
    worker_seen: AtomicI64,
    chores: Arc<Ledger>,
}

impl HealthMonitor {
    /// A monitor of a server that is starting.
    pub fn new(store: PgStore, hub: Arc<Hub>, clock: Arc<dyn Clock>) -> Self {
        let worker_seen = AtomicI64::new(clock.now().timestamp());
        Self {
            jobs: JobQueue::new(store.clone()),
            store,
            hub,
            clock,
            migrated: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            worker_seen,
            chores: Arc::default(),
        }
    }

    /// Every migration has run.
    pub fn migrated(&self) {
        self.migrated.store(true, Ordering::Relaxed);
    }

    /// The server is stopping.
    pub fn draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The job runner went round once more.
    pub fn worker_is_alive(&self) {
        self.worker_seen
            .store(self.clock.now().timestamp(), Ordering::Relaxed);
    }

    /// Where chores note how they are going.
    pub fn chores(&self) -> Arc<Ledger> {
        Arc::clone(&self.chores)
    }

    /// Whether the server can do its work.
    pub async fn readiness(&self) -> Readiness {
        let answered = tokio::time::timeout(PROBE, self.store.ping()).await;
        let database = matches!(answered, Ok(Ok(())));
        let migrations = self.migrated.load(Ordering::Relaxed);
        let silence = self.clock.now().timestamp() - self.worker_seen.load(Ordering::Relaxed);
        let workers = silence < WORKER_SILENCE_SECONDS && self.chores.all_go_round();
        let draining = self.draining.load(Ordering::Relaxed);
        Readiness {
            ready: database && migrations && workers && !draining,
            database,
            migrations,
            workers,
            draining,
        }
    }

    /// Brings the gauges up to date.
    pub async fn publish_gauges(&self) {
        let pool = self.store.pool_status();
        gauge("guichet_db_pool_size", pool.size);
        gauge("guichet_db_pool_available", pool.available);
        gauge("guichet_db_pool_waiting", pool.waiting);
        self.chores.publish_gauges();
        gauge("guichet_sockets", self.hub.connection_count());
        if let Ok(Ok(counts)) =
            tokio::time::timeout(PROBE, self.jobs.counts(self.clock.now())).await
        {
            for (state, count) in [
                ("ready", counts.ready),
                ("running", counts.running),
                ("dead", counts.dead),
            ] {
                metrics::gauge!("guichet_jobs", "state" => state).set(small(count));
            }
            metrics::gauge!("guichet_jobs_oldest_due_seconds")
                .set(small(counts.oldest_due_seconds));
        }
    }
}

fn gauge(name: &'static str, value: usize) {
    metrics::gauge!(name).set(small(i64::try_from(value).unwrap_or(i64::MAX)));
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn small(value: i64) -> f64 {
    value as f64
}
