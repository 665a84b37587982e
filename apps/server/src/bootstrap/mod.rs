//! Builds the server: the only place that says what stands behind which port.
//!
//! `core` is clock, ids, store and executor; `live` is everything of real time; `mail` is the desk's
//! mail; `state` is what handlers share; `chores` says which there are; `error` why it could not start.
//! Here they are put together with jobs and HTTP, and taken apart again in order. To add a part: where it
//! is made is the file whose question it answers; a task it needs is spawned in `start`, and ends by its
//! `stop`.

mod chores;
mod core;
mod error;
mod live;
pub mod mail;
mod state;

pub use core::Core;
pub use error::StartError;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, web};
use identity::{TokenVerifier, signing_secret};
use notify::EmailChannel;
use realtime::{Gateway, MessagingEngine};
use settings::Config;
use shared_kernel::{Clock, JobKind};
use sockets::MostConnections;
use sockets::listener::{self, Listening};
use store_pg::{JobQueue, PgStore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::live::Live;
use self::state::{Shared, app_state};
use crate::http::client_address::direct_network;
use crate::http::cross_origin::cross_origin;
use crate::http::finish::finish;
use crate::http::routes;
use crate::http::state::AppState;
use crate::jobs::chores::keep_doing;
use crate::jobs::{EmailHandler, JobHandler, JobRunner};
use crate::live::Presence;
use crate::process::database::Database;
use crate::process::health::HealthMonitor;
use crate::work::Executor;

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// How the store is reached, for tools that run beside the server in one process.
    pub store: PgStore,
    /// How anything is changed, for the same tools.
    pub work: Arc<Executor>,
    /// The connected sockets.
    pub gateway: web::Data<Gateway>,
    /// Who is connected, over all instances.
    pub presence: Arc<Presence>,
    http: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    health: Arc<HealthMonitor>,
    stop: CancellationToken,
    tasks: TaskTracker,
    drain: Duration,
    database: Database,
}

/// Starts everything; returns once the server listens.
///
/// # Errors
/// [`StartError`].
pub async fn start(config: &Config, clock: Arc<dyn Clock>) -> Result<Server, StartError> {
    make_data_dir(config)?;
    // Refused before anything is started.
    signing_secret(config)?;
    let channel = mail::channel(config, Arc::clone(&clock))?;
    let database = Database::open_migrated(config).await?;
    let core = Core::new(config, Arc::clone(&clock), &database.url)?;
    core.enter_default_articles().await?;
    let verifier = Arc::new(TokenVerifier::new(&config.auth, &core.secret)?);
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());

    let live = Live::new(config, &core, Arc::clone(&verifier));
    let health = Arc::new(HealthMonitor::new(
        core.store.clone(),
        Arc::clone(&live.hub),
        clock,
    ));
    health.migrated();

    tasks.spawn(Arc::new(job_runner(config, &core, channel.clone(), &health)).run(stop.clone()));
    let (store, work) = (core.store.clone(), Arc::clone(&core.work));
    let workers = core.serving_threads;
    let shared = Shared::new(&core, &live, Arc::clone(&health));
    for chore in chores::all(&core, &database, &shared) {
        tasks.spawn(keep_doing(chore, health.chores(), stop.clone()));
    }
    let follower = Arc::clone(&shared.follower);
    let (state, hints) = app_state(config, core, verifier, shared);
    tasks.spawn(live.hints_exchanged(database.url.clone(), hints, follower, stop.clone()));
    let (gateway, presence) = (live.gateway, live.presence);
    let sockets = (gateway.clone(), live.socket_io);
    let (address, server) = listen(config, state, sockets, store.clone(), workers)?;
    let http = server.handle();
    announce(config, address, channel.as_ref());
    let drain = Duration::from_secs(config.realtime.drain_seconds);
    let serving = tokio::spawn(server);
    Ok(Server {
        address,
        store,
        work,
        gateway,
        presence,
        http,
        serving,
        health,
        stop,
        tasks,
        drain,
        database,
    })
}

fn announce(config: &Config, address: SocketAddr, channel: &dyn EmailChannel) {
    tracing::info!(%address, mail = %channel.describe(), limits = config.limits.enabled, "listening");
    if !config.limits.enabled {
        tracing::warn!("every request and socket limit is lifted (limits.enabled = false)");
    }
}

fn make_data_dir(config: &Config) -> Result<(), StartError> {
    let folder = &config.storage.data_dir;
    std::fs::create_dir_all(folder).map_err(|source| StartError::DataDir {
        path: folder.display().to_string(),
        source,
    })
}

fn job_runner(
    config: &Config,
    core: &Core,
    channel: Arc<dyn EmailChannel>,
    health: &Arc<HealthMonitor>,
) -> JobRunner {
    let email: Arc<dyn JobHandler> =
        Arc::new(EmailHandler::new(channel, Arc::new(mail::desk(config))));
    JobRunner {
        queue: JobQueue::new(core.store.clone()),
        handlers: HashMap::from([(JobKind::Email, email)]),
        clock: Arc::clone(&core.clock),
        settings: config.jobs.clone(),
        bell: core.commits.job_bell(),
        health: Arc::clone(health),
    }
}

fn listen(
    config: &Config,
    state: web::Data<AppState>,
    (gateway, socket_io): (web::Data<Gateway>, web::Data<MessagingEngine>),
    store: PgStore,
    workers: usize,
) -> Result<(SocketAddr, actix_web::dev::Server), StartError> {
    let origins = config.http.allowed_origins.clone();
    let listening = Listening {
        address: config.http.bind,
        workers,
        shutdown_seconds: config.http.shutdown_seconds,
        most: config.limits.enabled.then(|| most_connections(config)),
    };
    let place = Arc::new(AtomicUsize::new(0));
    let app = move || {
        // Called once on each thread that serves.
        store.serve_from(place.fetch_add(1, Ordering::Relaxed));
        App::new()
            // Nothing to say to other pages, nothing to pay for them.
            .wrap(Condition::new(!origins.is_empty(), cross_origin(&origins)))
            .wrap(from_fn(finish))
            .app_data(state.clone())
            .app_data(gateway.clone())
            .app_data(socket_io.clone())
            .configure(routes::configure)
    };
    listener::listen(&listening, app).map_err(|source| StartError::Bind {
        address: config.http.bind,
        source,
    })
}

/// Proxies speak for many: whom they speak for is counted where requests are.
fn most_connections(config: &Config) -> MostConnections {
    let trusted = config.http.trusted_proxies.clone();
    MostConnections {
        per_network: config.limits.connections_per_address,
        total: config.limits.connections_total,
        network_of: Arc::new(move |peer| direct_network(peer, &trusted)),
    }
}

impl Server {
    /// Stops in order: not ready any more, sockets closed, requests finished, jobs finished,
    /// database stopped.
    pub async fn stop(self) {
        self.health.draining();
        self.gateway.drain(self.drain).await;
        self.http.stop(true).await;
        // Its own error was logged when it happened.
        let _ = self.serving.await;
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.store.close();
        let database = self.database;
        let _ = tokio::task::spawn_blocking(move || database.close()).await;
    }
}
