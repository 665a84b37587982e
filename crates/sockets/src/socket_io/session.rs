//! One connection: which namespaces it is in, and what breaks the protocol.

use std::time::Duration;

use actix_web::HttpRequest;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep_until};

use super::packets::{Asks, AttachmentLimits, ClientPacket, Decoder, connected, refused};
use super::{ConnectRefused, NamespaceApp, NamespaceSession};
use crate::close::CloseReason;
use crate::deadline::after;
use crate::engine_io::{EngineApp, EngineSession, Frame, Message, Refused, Str};
use crate::flood::Verdict;

/// From a client's acceptance to the first events. Simple clients wait for one packet after the
/// other, and miss the second of two that come in one read.
const FIRST_EVENTS_AFTER: Duration = Duration::from_millis(1);

/// Waits and limits of Socket.IO.
#[derive(Debug, Clone, Copy)]
pub struct SocketIoSettings {
    /// How long a connection may be in no namespace.
    pub connect_wait: Duration,
    /// What a client may attach to one packet.
    pub attachments: AttachmentLimits,
}

impl Default for SocketIoSettings {
    fn default() -> Self {
        Self {
            connect_wait: Duration::from_secs(10),
            attachments: AttachmentLimits {
                count: 8,
                bytes: 100_000,
                wait: Duration::from_secs(10),
            },
        }
    }
}

/// Socket.IO on an engine.
pub struct SocketIo<A> {
    app: A,
    settings: SocketIoSettings,
}

impl<A: NamespaceApp> SocketIo<A> {
    /// Socket.IO with these namespaces.
    pub fn new(app: A, settings: SocketIoSettings) -> Self {
        Self { app, settings }
    }
}

impl<A: NamespaceApp> EngineApp for SocketIo<A> {
    type Session = SocketIoSession<A::Session>;

    fn allows(&self, request: &HttpRequest) -> Result<(), Refused> {
        if self.app.allows(request) {
            Ok(())
        } else {
            Err(Refused::Forbidden)
        }
    }

    fn on_connect(&self, request: &HttpRequest) -> Result<Self::Session, actix_web::Error> {
        Ok(SocketIoSession {
            app: self.app.open(request)?,
            decoder: Decoder::new(self.settings.attachments),
            namespaces: Vec::new(),
            first: None,
            lonely_until: after(Instant::now(), self.settings.connect_wait),
            connect_wait: self.settings.connect_wait,
        })
    }
}

/// One connection.
pub struct SocketIoSession<S> {
    app: S,
    decoder: Decoder,
    /// The namespaces it is in.
    namespaces: Vec<Str>,
    /// The first events of a namespace it has just entered, and when to send them.
    first: Option<(Instant, Vec<Frame>)>,
    /// When it is closed if it is in none.
    lonely_until: Instant,
    connect_wait: Duration,
}

impl<S: NamespaceSession> SocketIoSession<S> {
    fn is_in(&self, namespace: &str) -> bool {
        self.namespaces.iter().any(|one| one.as_str() == namespace)
    }

    async fn connect(
        &mut self,
        namespace: Str,
        auth: Map<String, Value>,
        out: &mut Vec<Frame>,
    ) -> Result<(), CloseReason> {
        if !self.app.serves(&namespace) {
            out.push(refused(&namespace, "Invalid namespace", None));
            return Ok(());
        }
        let mut first = Vec::new();
        match self.app.on_connect(&namespace, auth, &mut first).await {
            Ok(accepted) => {
                out.push(connected(&namespace, &accepted));
                self.first = Some((after(Instant::now(), FIRST_EVENTS_AFTER), first));
                // A copy: the packet it is a part of also has the token.
                self.namespaces.push(Str::copy_from_slice(&namespace));
            }
            Err(ConnectRefused::Told { message, data }) => {
                out.push(refused(&namespace, message, data.as_ref()));
            }
            Err(ConnectRefused::Closed(reason)) => return Err(reason),
        }
        Ok(())
    }

    fn leave(&mut self, namespace: &str) -> Result<(), CloseReason> {
        self.namespaces.retain(|one| one.as_str() != namespace);
        self.lonely_until = after(Instant::now(), self.connect_wait);
        self.app.on_disconnect(namespace)
    }

    /// Waits until it has been in no namespace for too long.
    async fn lonely(lonely_until: Option<Instant>) -> CloseReason {
        match lonely_until {
            Some(at) => {
                sleep_until(at).await;
                CloseReason::AuthTimeout
            }
            None => std::future::pending().await,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.namespaces.is_empty().then_some(self.lonely_until)
    }
}

impl<S: NamespaceSession> EngineSession for SocketIoSession<S> {
    async fn on_message(
        &mut self,
        message: Message,
        verdict: Verdict,
        out: &mut Vec<Frame>,
    ) -> Result<(), CloseReason> {
        if let Some((_, mut first)) = self.first.take() {
            out.append(&mut first);
        }
        let read = match message {
            Message::Text(text) => self.decoder.text(text),
            Message::Binary(bytes) => self.decoder.binary(bytes),
        };
        let Some(packet) = read.map_err(|_| CloseReason::Protocol)? else {
            return Ok(());
        };
        let ClientPacket { namespace, asks } = packet;
        // As the npm server: a second CONNECT, or anything else before the first, ends it.
        match (asks, self.is_in(&namespace)) {
            (Asks::Connect(auth), false) => self.connect(namespace, auth, out).await,
            (Asks::Disconnect, true) => self.leave(&namespace),
            (Asks::Event(event), true) => self.app.on_event(&namespace, event, verdict, out).await,
            (Asks::Ack, true) => Ok(()),
            _ => Err(CloseReason::Protocol),
        }
    }

    async fn next(&mut self) -> Result<Vec<Frame>, CloseReason> {
        if let Some((at, _)) = &self.first {
            sleep_until(*at).await;
            return Ok(self
                .first
                .take()
                .map(|(_, first)| first)
                .unwrap_or_default());
        }
        let deadline = self.deadline();
        tokio::select! {
            biased;
            frames = self.app.next() => frames,
            reason = Self::lonely(deadline) => Err(reason),
        }
    }

    async fn ended(&mut self) -> CloseReason {
        let deadline = self.deadline();
        tokio::select! {
            biased;
            reason = self.app.ended() => reason,
            reason = Self::lonely(deadline) => reason,
        }
    }

    fn on_close(&mut self, reason: &CloseReason) {
        self.app.on_close(reason);
    }
}
