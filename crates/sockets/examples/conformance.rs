//! Serves the echo that the protocol authors' test suites expect.
//!
//! `MODE=engine` echoes every message on `/engine.io/`; `MODE=socket` serves the namespaces `/` and
//! `/custom` on `/socket.io/`. `PORT` is 3000 unless set. Not part of the product.

#[path = "../src/tests/echo.rs"]
mod echo;

use std::time::Duration;

use actix_web::{App, HttpServer, web};
use sockets::bound_silence;
use sockets::engine_io::{Engine, EngineApp, EngineSettings};
use sockets::socket_io::{SocketIo, SocketIoSettings};

use self::echo::Echo;

async fn serve<A: EngineApp>(app: A, path: &'static str) -> std::io::Result<()> {
    let settings = EngineSettings {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        max_payload: 1_000_000,
        flood: None,
        ..EngineSettings::default()
    };
    let engine = Engine::new(app, settings);
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    HttpServer::new(move || {
        let engine = engine.clone();
        let serve = move |request, body| {
            let engine = engine.clone();
            async move { engine.handle(request, body).await }
        };
        App::new().route(path, web::route().to(serve))
    })
    .on_connect(bound_silence)
    .tcp_nodelay(true)
    .h1_allow_half_closed(false)
    .bind(("localhost", port.unwrap_or(3000)))?
    .run()
    .await
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let settings = SocketIoSettings {
        connect_wait: Duration::from_secs(1),
        ..SocketIoSettings::default()
    };
    match std::env::var("MODE").as_deref() {
        Ok("engine") => serve(Echo, "/engine.io/").await,
        _ => serve(SocketIo::new(Echo, settings), "/socket.io/").await,
    }
}
