//! Engine.IO version 4: messages over WebSocket, or over HTTP long-polling with an upgrade.
//!
//! The engine knows transports, heartbeats and sessions, and nothing of what is said. What runs on
//! top is an [`EngineApp`]; to mount one, make an [`Engine`] and lead its path's requests to
//! [`Engine::handle`].
//!
//! A session is one task. `core` is what every transport shares; `websocket` and `polling` drive
//! it, `upgrade` moves it from the one to the other, `sessions` finds it by its id.
//! The protocol: <https://socket.io/docs/v4/engine-io-protocol/>.

mod core;
mod door;
#[doc(hidden)]
pub mod fuzzed;
mod packets;
mod polling;
mod refused;
mod sessions;
mod settings;
mod upgrade;
mod websocket;

use std::future::pending;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use bytestring::ByteString;
pub use engineioxide_core::Str;

pub use self::refused::Refused;
use self::sessions::Sessions;
pub use self::settings::{EngineSettings, FloodLimit};
use crate::close::CloseReason;
use crate::flood::Verdict;

/// A message of a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A text, without the packet type.
    Text(Str),
    /// Bytes.
    Binary(Bytes),
}

/// A message to a client, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text packet with its leading type, so that frames shared by many sockets are not copied.
    Packet(ByteString),
    /// Bytes.
    Binary(Bytes),
}

impl Frame {
    /// A text message.
    pub fn text(message: &str) -> Self {
        Self::Packet(format!("4{message}").into())
    }

    /// Bytes it stands for.
    pub fn size(&self) -> usize {
        match self {
            Self::Packet(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// What runs on top of an engine.
pub trait EngineApp: Send + Sync + 'static {
    /// One client's part of it.
    type Session: EngineSession;

    /// Whether a request may be served at all; asked for every request.
    ///
    /// # Errors
    /// The refusal.
    fn allows(&self, _request: &HttpRequest) -> Result<(), Refused> {
        Ok(())
    }

    /// A client comes.
    ///
    /// # Errors
    /// Why it is turned away.
    fn on_connect(&self, request: &HttpRequest) -> Result<Self::Session, actix_web::Error>;
}

/// One client.
pub trait EngineSession: Send + 'static {
    /// A message came. Answers are added to `out` and sent before anything [`Self::next`] gives.
    ///
    /// # Errors
    /// Why the session is to be closed.
    fn on_message(
        &mut self,
        message: Message,
        verdict: Verdict,
        out: &mut Vec<Frame>,
    ) -> impl Future<Output = Result<(), CloseReason>> + Send;

    /// Waits for something to send; one that only answers has nothing. May be dropped and called again at any time.
    ///
    /// # Errors
    /// Why the session is to be closed.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Frame>, CloseReason>> + Send {
        pending()
    }

    /// Waits until the session is to be closed; called instead of [`Self::next`] while the client
    /// takes nothing. May be dropped and called again at any time.
    fn ended(&mut self) -> impl Future<Output = CloseReason> + Send {
        pending()
    }

    /// The session is over.
    fn on_close(&mut self, _reason: &CloseReason) {}
}

/// An engine: an app, its settings and its sessions. One for all workers.
pub struct Engine<A: EngineApp> {
    app: A,
    settings: Arc<EngineSettings>,
    sessions: Arc<Sessions<A::Session>>,
}

impl<A: EngineApp> Engine<A> {
    /// An engine nobody is connected to yet.
    pub fn new(app: A, settings: EngineSettings) -> Arc<Self> {
        Arc::new(Self {
            app,
            settings: Arc::new(settings),
            sessions: Arc::default(),
        })
    }

    /// How many sessions there are.
    pub fn session_count(&self) -> usize {
        self.sessions.count()
    }
}
