//! Engine.IO version 4: messages over WebSocket, or over HTTP long-polling with an upgrade.
//!
//! The engine knows transports, heartbeats and sessions, and nothing of what is said. What runs on
//! top is an [`EngineApp`]; to mount one, make an [`Engine`] and lead its path's requests to
//! [`Engine::handle`].
//!
//! A session is one task. `core` is what every transport shares; `websocket` and `polling` drive
//! it, `upgrade` moves it from the one to the other, `sessions` finds it by its id.
//! The protocol: <https://socket.io/docs/v4/engine-io-protocol/>.

mod app;
mod core;
mod door;
#[doc(hidden)]
pub mod fuzzed;
mod message;
mod packets;
mod polling;
mod refused;
mod sessions;
mod settings;
mod upgrade;
mod websocket;

use std::sync::Arc;

pub use engineioxide_core::Str;

pub use self::app::{EngineApp, EngineSession};
pub use self::message::{Frame, Message};
pub use self::refused::Refused;
use self::sessions::Sessions;
pub use self::settings::{EngineSettings, FloodLimit};

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
