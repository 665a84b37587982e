//! Servers whose engine or namespaces echo.

use std::collections::VecDeque;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpServer, web};
use serde_json::{Map, Value};

use super::server::settings;
use crate::realtime::close::CloseReason;
use crate::realtime::engine::{
    Engine, EngineApp, EngineSession, EngineSettings, FloodLimit, Frame, Message,
};
use crate::realtime::flood::Verdict;
use crate::realtime::socketio::{
    Accepted, ClientEvent, ConnectRefused, NamespaceApp, NamespaceSession, SocketIo,
    SocketIoSettings, ack, event,
};

pub(super) struct Echo;

impl EngineApp for Echo {
    type Session = Self;

    fn on_connect(&self, _: &HttpRequest) -> Result<Self, actix_web::Error> {
        Ok(Self)
    }
}

impl EngineSession for Echo {
    async fn on_message(
        &mut self,
        message: Message,
        _: Verdict,
        out: &mut Vec<Frame>,
    ) -> Result<(), CloseReason> {
        out.push(match message {
            Message::Text(text) => Frame::text(&text),
            Message::Binary(bytes) => Frame::Binary(bytes),
        });
        Ok(())
    }
}

impl NamespaceApp for Echo {
    type Session = Self;

    fn open(&self, _: &HttpRequest) -> Result<Self, actix_web::Error> {
        Ok(Self)
    }
}

impl NamespaceSession for Echo {
    fn serves(&self, namespace: &str) -> bool {
        matches!(namespace, "/" | "/custom")
    }

    async fn on_connect(
        &mut self,
        namespace: &str,
        auth: Map<String, Value>,
        out: &mut Vec<Frame>,
    ) -> Result<Accepted, ConnectRefused> {
        out.extend(event(
            namespace,
            "auth",
            &[Value::Object(auth)],
            VecDeque::new(),
        ));
        let sid = "echo".to_owned();
        Ok(Accepted { sid, pid: None })
    }

    async fn on_event(
        &mut self,
        namespace: &str,
        asked: ClientEvent,
        _: Verdict,
        out: &mut Vec<Frame>,
    ) -> Result<(), CloseReason> {
        out.extend(match asked.ack {
            Some(id) => ack(namespace, id, &asked.args, asked.attachments),
            None => event(namespace, "back", &asked.args, asked.attachments),
        });
        Ok(())
    }
}

/// The settings of most tests: no heartbeat in sight, nothing waits long.
pub(super) fn engine_settings() -> EngineSettings {
    EngineSettings {
        max_payload: 1_000,
        upgrade_timeout: Duration::from_millis(300),
        upgrade_check: Duration::from_millis(50),
        close_wait: Duration::from_millis(200),
        flood: Some(FloodLimit {
            per_second: 100,
            burst: 1_000,
        }),
        ..EngineSettings::from(&settings())
    }
}

/// Its heartbeat is fast.
pub(super) fn quick_heartbeat() -> EngineSettings {
    EngineSettings {
        ping_interval: Duration::from_millis(150),
        ping_timeout: Duration::from_millis(100),
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
