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
use sockets::listener::{self, Listening};
use sockets::{MostConnections, deadline};
use store_pg::{JobQueue, PgStore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
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
    ending: Ending,
    tasks: TaskTracker,
    /// How long closing sockets is spread.
    drain: Duration,
    /// How long all may take that is not the database.
    shutdown: Duration,
    database: Database,
}

/// What is told to end, in this order.
#[derive(Clone, Default)]
struct Ending {
    /// Claiming jobs.
    claims: CancellationToken,
    /// Waiting for clients that have not sent all of a body.
    bodies: CancellationToken,
    /// Everything that runs beside requests, at a good moment.
    tasks: CancellationToken,
    /// Jobs under way.
    jobs: CancellationToken,
}

/// How long a body that was half sent when the server was told to stop may still take.
const LAST_BODIES: Duration = Duration::from_secs(1);
/// How long what runs beside requests may take to end once nothing can wait any longer.
const LAST_WORDS: Duration = Duration::from_secs(1);

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
    let (ending, tasks) = (Ending::default(), TaskTracker::new());

    let live = Live::new(config, &core, Arc::clone(&verifier));
    let health = Arc::new(HealthMonitor::new(
        core.store.clone(),
        Arc::clone(&live.hub),
        clock,
    ));
    health.migrated();

    let runner = job_runner(config, &core, channel.clone(), &health, &ending);
    tasks.spawn(Arc::new(runner).run(ending.claims.clone()));
    let (store, work) = (core.store.clone(), Arc::clone(&core.work));
    let workers = core.serving_threads;
    let shared = Shared::new(&core, &live, Arc::clone(&health));
    for chore in chores::all(&core, &database, &shared) {
        tasks.spawn(keep_doing(chore, health.chores(), ending.tasks.clone()));
    }
    let follower = Arc::clone(&shared.follower);
    let (state, hints) = app_state(config, core, verifier, shared, &ending.bodies);
    let exchanging = ending.tasks.clone();
    tasks.spawn(live.hints_exchanged(database.url.clone(), hints, follower, exchanging));
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
        ending,
        tasks,
        drain,
        shutdown: config.http.shutdown(),
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
    ending: &Ending,
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
        cut: ending.jobs.clone(),
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
    /// database stopped. All but the last share one time: a container is killed when it takes longer
    /// than it was given.
    pub async fn stop(mut self) {
        let deadline = deadline::after(Instant::now(), self.shutdown);
        self.health.draining();
        self.ending.claims.cancel();
        let drained = timeout_at(deadline, self.gateway.drain(self.drain)).await;
        let late = drained.is_err() || !self.finish_requests(deadline).await;
        self.ending.tasks.cancel();
        self.tasks.close();
        if timeout_at(deadline, self.tasks.wait()).await.is_err() {
            self.ending.jobs.cancel();
            let _ = timeout(LAST_WORDS, self.tasks.wait()).await;
        }
        if late {
            tracing::warn!("requests that took too long were cut off");
        }
        self.store.close();
        let database = self.database;
        let _ = tokio::task::spawn_blocking(move || database.close()).await;
    }

    /// Whether all requests ended in time; what did not is cut off.
    async fn finish_requests(&mut self, deadline: Instant) -> bool {
        let finished = {
            let (http, serving) = (&self.http, &mut self.serving);
            // Its own error was logged when it happened.
            let ended = async {
                http.stop(true).await;
                let _ = serving.await;
            };
            let mut ended = std::pin::pin!(timeout_at(deadline, ended));
            tokio::select! {
                ended = &mut ended => ended,
                () = sleep(LAST_BODIES) => {
                    self.ending.bodies.cancel();
                    ended.await
                }
            }
        };
        if finished.is_err() {
            // Without the server its workers end at once.
            self.serving.abort();
            let _ = (&mut self.serving).await;
        }
        finished.is_ok()
    }
}
