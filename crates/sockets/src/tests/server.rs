//! Servers whose engine or namespaces echo.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};

use super::echo::Echo;
use super::wait::WAIT;
use crate::engine_io::{Engine, EngineApp, EngineSettings, FloodLimit};
use crate::socket_io::{SocketIo, SocketIoSettings};

/// The settings of most tests: no heartbeat in sight, and nothing that a slow machine runs out of.
pub(super) fn engine_settings() -> EngineSettings {
    EngineSettings {
        max_payload: 1_000,
        upgrade_timeout: WAIT,
        upgrade_check: Duration::from_millis(50),
        close_wait: WAIT,
        overtaken_wait: WAIT,
        flood: Some(FloodLimit {
            per_second: 100,
            burst: 1_000,
        }),
        ..EngineSettings::default()
    }
}

/// It pings soon, and gives the silent up after `ping_timeout`: short only for those who stay silent.
pub(super) fn quick_heartbeat(ping_timeout: Duration) -> EngineSettings {
    EngineSettings {
        ping_interval: Duration::from_millis(150),
        ping_timeout,
        ..engine_settings()
    }
}

/// A server with two workers, so that requests of one client meet on different threads.
pub(super) struct EchoServer {
    pub(super) address: String,
    sessions: Box<dyn Fn() -> usize>,
    handle: ServerHandle,
}

impl EchoServer {
    /// Echoes on `/engine.io/`.
    pub(super) fn engine(settings: EngineSettings) -> Self {
        Self::start(Echo, "/engine.io/", settings)
    }

    /// Echoes in `/` and `/custom` on `/socket.io/`.
    pub(super) fn namespaces(connect_wait: Duration) -> Self {
        let settings = SocketIoSettings {
            connect_wait,
            ..SocketIoSettings::default()
        };
        Self::start(
            SocketIo::new(Echo, settings),
            "/socket.io/",
            engine_settings(),
        )
    }

    fn start<A: EngineApp>(app: A, path: &'static str, settings: EngineSettings) -> Self {
        let engine = Engine::new(app, settings);
        let counted = engine.clone();
        let server = HttpServer::new(move || {
            let engine = engine.clone();
            let serve = move |request, body| {
                let engine = engine.clone();
                async move { engine.handle(request, body).await }
            };
            App::new().route(path, web::route().to(serve))
        })
        .workers(2)
        .disable_signals()
        .tcp_nodelay(true)
        .h1_allow_half_closed(false)
        .bind(("127.0.0.1", 0))
        .unwrap();
        let address = server.addrs()[0].to_string();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        let sessions = Box::new(move || counted.session_count());
        Self {
            address,
            sessions,
            handle,
        }
    }

    pub(super) fn session_count(&self) -> usize {
        (self.sessions)()
    }
}

impl Drop for EchoServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}
