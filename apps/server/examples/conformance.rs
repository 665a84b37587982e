//! The echo that the protocol authors' test suites expect, on the product's own engine.
//!
//! `MODE=engine` echoes every message on `/engine.io/`; `MODE=socket` serves the namespaces `/` and
//! `/custom` on `/socket.io/`. `PORT` is 3000 unless set. Not part of the product.

use std::time::Duration;

use actix_web::{App, HttpRequest, HttpServer, web};
use guichet::realtime::close::CloseReason;
use guichet::realtime::engine::{Engine, EngineApp, EngineSession, EngineSettings, Frame, Message};
use guichet::realtime::flood::Verdict;
use guichet::realtime::socketio::{
    Accepted, ClientEvent, ConnectRefused, NamespaceApp, NamespaceSession, SocketIo,
    SocketIoSettings, ack, event,
};
use guichet::realtime::{RealtimeSettings, bound_silence};
use serde_json::{Map, Value};
use std::collections::VecDeque;

struct Echo;

impl EngineApp for Echo {
    type Session = Echo;
    fn on_connect(&self, _: &HttpRequest) -> Result<Echo, actix_web::Error> {
        Ok(Echo)
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
    type Session = Echo;
    fn open(&self, _: &HttpRequest) -> Result<Echo, actix_web::Error> {
        Ok(Echo)
    }
}

impl NamespaceSession for Echo {
    fn serves(&self, namespace: &str) -> bool {
        ["/", "/custom"].contains(&namespace)
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
        Ok(Accepted {
            sid: "echo".to_owned(),
            pid: None,
        })
    }
    async fn on_event(
        &mut self,
        namespace: &str,
        asked: ClientEvent,
        _: Verdict,
        out: &mut Vec<Frame>,
    ) -> Result<(), CloseReason> {
        let (args, attachments) = (&asked.args, asked.attachments);
        out.extend(match (asked.name.as_str(), asked.ack) {
            ("message", _) => event(namespace, "message-back", args, attachments),
            ("message-with-ack", Some(id)) => ack(namespace, id, args, attachments),
            _ => Vec::new(),
        });
        Ok(())
    }
    fn on_disconnect(&mut self, _: &str) -> Result<(), CloseReason> {
        Ok(())
    }
}

async fn serve<A: EngineApp>(app: A, path: &'static str) -> std::io::Result<()> {
    let mut settings = EngineSettings::from(&RealtimeSettings::default());
    settings.ping_interval = Duration::from_millis(300);
    settings.ping_timeout = Duration::from_millis(200);
    (settings.max_payload, settings.flood) = (1_000_000, None);
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
