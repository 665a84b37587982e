//! A connection whose user is known, in any dialect: what it follows, where it stands, what it
//! missed and has not been sent yet.
//!
//! `arrival` brings it in, and back (`entry` says from where); `commands` says what a member may ask,
//! `payload` reads it, `refused` says why it is refused; `rooms` leads it into conversations, which are
//! `joined` then; `typing` says to whom it types.

mod arrival;
mod commands;
mod entry;
mod joined;
mod payload;
mod refused;
mod rooms;
mod typing;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use serde_json::{Value, json};
use shared_kernel::{Actor, LoggedEvent, Session};
use sockets::CloseReason;
use sockets::deadline::after;
use tokio::time::{Instant, timeout};

pub(crate) use self::entry::{Arrival, Resume};
use self::joined::Rooms;
pub(crate) use self::payload::{payload, token};
pub(crate) use self::refused::{EventRefused, ack_data};
use crate::dialect::{LoggedFrame, Outgoing};
use crate::gateway::Gateway;
use crate::hub::connection::Connection;
use crate::log::join::Resync;
use crate::log::place::Place;
use crate::log::relay::Following;
use crate::log::session::SessionId;
use crate::typing::Typing;

/// Longer than any token should live, and far from what a timer can count.
const LONGEST_SESSION: Duration = Duration::from_hours(365 * 24);
/// Frames taken at once. A large batch would double the bound of the queue.
const BATCH: usize = 32;

/// A connection whose user is known.
pub(crate) struct Member {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) connection: Arc<Connection>,
    pub(crate) actor: Actor,
    pub(crate) expires: Instant,
    pub(crate) place: Place,
    pub(crate) typing: Typing,
    session: SessionId,
    rooms: Rooms,
    backlog: VecDeque<LoggedEvent>,
    _following: Following,
}

impl Member {
    /// What stays the same when its client comes back.
    pub(crate) fn session(&self) -> SessionId {
        self.session
    }

    /// The greeting: who one is, and from where one follows.
    pub(crate) fn greeting(&self, arrival: Arrival) -> Vec<ByteString> {
        let data = json!({
            "userId": self.actor.id.as_str(),
            "socketId": self.session.socket_id(),
            "cursor": self.place.cursor(),
            "recovered": arrival == Arrival::Recovered,
        });
        let mut frames = vec![self.with_cursor("connected", &data)];
        if let Arrival::Refused(resync) = arrival {
            frames.push(self.resync_required(resync));
        }
        frames
    }

    /// Tells the client to load everything anew, and from where it then follows on.
    pub(crate) fn resync_required(&self, resync: Resync) -> ByteString {
        let data = json!({"reason": resync.word(), "cursor": self.place.cursor()});
        self.with_cursor("resyncRequired", &data)
    }

    fn with_cursor(&self, name: &str, data: &Value) -> ByteString {
        let dialect = self.connection.dialect;
        dialect.complete(&dialect.head(name, data), &self.place.cursor())
    }

    /// Whether something it missed still waits to be sent.
    pub(crate) fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// The next frames: what it missed first, then what waits in its queue.
    ///
    /// # Errors
    /// Why the connection is to be closed.
    pub(crate) fn frames(&mut self) -> Result<Vec<ByteString>, CloseReason> {
        // Nothing leaves after the token's end, however slowly the peer reads.
        if Instant::now() >= self.expires {
            return Err(CloseReason::Unauthorized("token_expired"));
        }
        let dialect = self.connection.dialect;
        if self.backlog.is_empty() {
            let batch = self.connection.outbox.drain(BATCH)?;
            return Ok(self.place.frames(dialect, &batch));
        }
        let mut batch: Vec<Outgoing> = Vec::with_capacity(BATCH);
        while let Some(next) = self.backlog.front() {
            let same = batch
                .last()
                .is_some_and(|last| last.event_id() == Some(next.event_id));
            if batch.len() >= BATCH && !same {
                break;
            }
            let frame = if self.place.follows(&next.stream) {
                LoggedFrame::new(dialect, next)
            } else {
                LoggedFrame::overheard(dialect, next)
            };
            batch.push(Outgoing::Logged(Arc::new(frame)));
            self.backlog.pop_front();
        }
        Ok(self.place.frames(dialect, &batch))
    }

    /// When something is to be done for it though nobody asks.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let due = [self.typing.next_end(), self.rooms.renew_at];
        due.into_iter().flatten().min()
    }

    /// Does what is due.
    pub(crate) fn do_what_is_due(&mut self) {
        self.end_typing();
        self.renew_joined();
    }

    /// Waits until the token ends or the connection is to be closed, and does meanwhile what is due.
    /// For its own task only.
    pub(crate) async fn ended(&mut self) -> CloseReason {
        let connection = Arc::clone(&self.connection);
        loop {
            let due = self
                .next_due()
                .map_or(self.expires, |due| due.min(self.expires));
            tokio::select! {
                biased;
                reason = connection.outbox.closed() => return reason,
                () = tokio::time::sleep_until(due) => {
                    let now = Instant::now();
                    if now >= self.expires {
                        return CloseReason::Unauthorized("token_expired");
                    }
                    self.do_what_is_due();
                }
            }
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.end_all_typing();
    }
}

/// When a session ends, with the leeway the verifier grants.
///
/// # Errors
/// When it has ended.
pub(crate) fn expiry(gateway: &Gateway, session: &Session) -> Result<Instant, CloseReason> {
    let now = gateway.ports.clock.now();
    let left = session.expires_at.signed_duration_since(now);
    let leeway = gateway.ports.verifier.leeway();
    let left = match left.to_std() {
        Ok(left) => left.min(LONGEST_SESSION).saturating_add(leeway),
        Err(_) => leeway.saturating_sub(left.abs().to_std().unwrap_or(Duration::MAX)),
    };
    if left.is_zero() {
        return Err(CloseReason::Unauthorized("token_expired"));
    }
    Ok(after(Instant::now(), left))
}

/// Waits for the store, for a limited time, and gives way to a close.
///
/// # Errors
/// Why the connection is to be closed.
pub(crate) async fn within<T>(
    gateway: &Gateway,
    connection: &Connection,
    work: impl Future<Output = T>,
) -> Result<T, CloseReason> {
    tokio::select! {
        biased;
        reason = connection.outbox.closed() => Err(reason),
        done = timeout(gateway.settings.join_wait, work) =>
            done.map_err(|_| CloseReason::Unavailable),
    }
}
