//! What every dialect's front door needs, and the way out: draining.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpRequest;
use sockets::CloseReason;
use sockets::deadline::after;
use tokio::time::{Instant, sleep_until};

use crate::door::admission::{Admission, Admitted};
use crate::door::{HandshakeRefused, origin_allowed};
use crate::hub::Hub;
use crate::log::RelayHandle;
use crate::ports::Ports;
use crate::settings::RealtimeSettings;
use crate::typing::TypingPairs;

/// Everything a socket's task needs, shared by all of them.
pub struct Gateway {
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// Where events come from.
    pub(crate) relay: RelayHandle,
    /// What the server around it lends.
    pub(crate) ports: Ports,
    /// Waits and limits.
    pub(crate) settings: RealtimeSettings,
    /// What recipients were told of typing.
    pub(crate) typing: TypingPairs,
    admission: Arc<Admission>,
    draining: AtomicBool,
}

impl Gateway {
    /// A gateway that lets clients in.
    pub fn new(
        hub: Arc<Hub>,
        relay: RelayHandle,
        ports: Ports,
        settings: RealtimeSettings,
    ) -> Self {
        Self {
            typing: TypingPairs::default(),
            hub,
            relay,
            ports,
            settings,
            admission: Arc::default(),
            draining: AtomicBool::new(false),
        }
    }

    /// What a client is told whose handshake is refused.
    pub(crate) fn answer(&self, refused: HandshakeRefused) -> actix_web::Error {
        (self.ports.answer_refused)(refused)
    }

    /// Whether pages of this request's origin may speak to us.
    pub(crate) fn allows_origin(&self, request: &HttpRequest) -> bool {
        origin_allowed(request.headers(), &self.settings.origins)
    }

    /// Lets a connection in, as far as its origin, its address and the number of all go.
    ///
    /// # Errors
    /// [`HandshakeRefused`].
    pub(crate) fn admit(&self, request: &HttpRequest) -> Result<Admitted, HandshakeRefused> {
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
    pub(crate) fn user_cap(&self) -> usize {
        let limits = self.settings.limits;
        if limits.limits_enabled {
            limits.per_user
        } else {
            usize::MAX
        }
    }

    /// Whether new clients are turned away because the server is stopping.
    pub(crate) fn is_draining(&self) -> bool {
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
            let wait = over.mul_f64(f64::from(number) / f64::from(count));
            sleep_until(after(start, wait)).await;
            connection.outbox.close(CloseReason::Restart);
        }
        // Those whose handshake was under way when the list was made.
        for connection in self.hub.connections() {
            connection.outbox.close(CloseReason::Restart);
        }
        self.hub.emptied().await;
    }
}
