//! What every dialect's front door needs, and the way out: draining.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpRequest;
use shared_kernel::Clock;
use tokio::time::{Instant, sleep_until};

use super::admission::{Admission, Admitted};
use super::close::CloseReason;
use super::conversations::{Conversations, NoConversations};
use super::door::{HandshakeRefused, origin_allowed};
use super::engine::Engine;
use super::hub::Hub;
use super::relay::RelayHandle;
use super::settings::RealtimeSettings;
use super::socketio::{Messaging, SocketIo, messaging_engine};
use super::typing::TypingPairs;
use crate::auth::{Session, TokenVerifier};

/// Why a token was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The stable code, which the close frame carries.
    pub code: &'static str,
    /// What is wrong, without anything of the token.
    pub message: String,
}

/// Says who a token speaks of.
pub trait Authenticate: Send + Sync {
    /// # Errors
    /// [`Refusal`].
    fn authenticate(&self, token: &str) -> Result<Session, Refusal>;
}

impl Authenticate for TokenVerifier {
    fn authenticate(&self, token: &str) -> Result<Session, Refusal> {
        self.verify(token).map_err(|refused| Refusal {
            code: refused.code(),
            message: refused.to_string(),
        })
    }
}

/// Everything a socket's task needs, shared by all of them.
pub struct Gateway {
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// Where events come from.
    pub relay: RelayHandle,
    /// Who a token speaks of.
    pub verifier: Arc<dyn Authenticate>,
    /// The time, for tokens.
    pub clock: Arc<dyn Clock>,
    /// Waits and limits.
    pub settings: RealtimeSettings,
    /// Who talks with whom.
    pub conversations: Arc<dyn Conversations>,
    /// What recipients were told of typing.
    pub(super) typing: TypingPairs,
    /// The Socket.IO sessions.
    pub(super) socket_io: Arc<Engine<SocketIo<Messaging>>>,
    admission: Arc<Admission>,
    draining: AtomicBool,
}

impl Gateway {
    /// A gateway that lets clients in. Until [`Self::with_conversations`] nobody talks with anybody.
    pub fn new(
        hub: Arc<Hub>,
        relay: RelayHandle,
        verifier: Arc<dyn Authenticate>,
        clock: Arc<dyn Clock>,
        settings: RealtimeSettings,
    ) -> Self {
        let (admission, draining) = (Arc::default(), AtomicBool::new(false));
        let socket_io = messaging_engine(&settings);
        Self {
            conversations: Arc::new(NoConversations),
            typing: TypingPairs::default(),
            socket_io,
            hub,
            relay,
            verifier,
            clock,
            settings,
            admission,
            draining,
        }
    }

    /// Answers from now on who talks with whom.
    #[must_use]
    pub fn with_conversations(mut self, conversations: Arc<dyn Conversations>) -> Self {
        self.conversations = conversations;
        self
    }

    /// Whether pages of this request's origin may speak to us.
    pub(super) fn allows_origin(&self, request: &HttpRequest) -> bool {
        origin_allowed(request.headers(), &self.settings.origins)
    }

    /// Lets a connection in, as far as its origin, its address and the number of all go.
    ///
    /// # Errors
    /// [`HandshakeRefused`].
    pub fn admit(&self, request: &HttpRequest) -> Result<Admitted, HandshakeRefused> {
        if self.is_draining() {
            return Err(HandshakeRefused::Unavailable);
        }
        if !self.allows_origin(request) {
            return Err(HandshakeRefused::Origin);
        }
        let address = (self.settings.client_address.0)(request);
        Ok(self.admission.admit(address, self.settings.limits)?)
    }

    /// Connections one user may have.
    pub fn user_cap(&self) -> usize {
        let limits = self.settings.limits;
        if limits.limits_enabled {
            limits.per_user
        } else {
            usize::MAX
        }
    }

    /// Whether new clients are turned away because the server is stopping.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Turns new clients away and closes all connections (1012), spread evenly over a time so
    /// that they do not come back all at once. Ends when none is left.
    pub async fn drain(&self, over: Duration) {
        self.draining.store(true, Ordering::SeqCst);
        let connections = self.hub.connections();
        let start = Instant::now();
        let count = u32::try_from(connections.len()).unwrap_or(u32::MAX).max(1);
        for (connection, number) in connections.iter().zip(0_u32..) {
            sleep_until(start + over.mul_f64(f64::from(number) / f64::from(count))).await;
            connection.outbox.close(CloseReason::Restart);
        }
        // Those whose handshake was under way when the list was made.
        for connection in self.hub.connections() {
            connection.outbox.close(CloseReason::Restart);
        }
        self.hub.emptied().await;
    }
}
