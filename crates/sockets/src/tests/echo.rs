//! The echo that the protocol authors' test suites expect, for the tests here and for the
//! conformance example.

use std::collections::VecDeque;

use actix_web::HttpRequest;
use serde_json::{Map, Value};
use sockets::engine_io::{EngineApp, EngineSession, Frame, Message};
use sockets::socket_io::{
    Accepted, ClientEvent, ConnectRefused, NamespaceApp, NamespaceSession, ack, event,
};
use sockets::{CloseReason, Verdict};

/// Echoes every message on an engine, and every event in the namespaces `/` and `/custom`.
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
            None => event(namespace, "message-back", &asked.args, asked.attachments),
        });
        Ok(())
    }
}
