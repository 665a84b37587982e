//! A connection whose user is known, in any dialect: what it follows, where it stands, what it
//! missed and has not been sent yet.
//!
//! `commands` says what a member may ask, `refused` why it is refused, `typing` to whom it types.

mod commands;
mod refused;
mod typing;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use serde_json::{Value, json};
use shared_kernel::{Actor, LoggedEvent, Session, StreamPosition};
use sockets::CloseReason;
use sockets::deadline::after;
use tokio::time::{Instant, timeout};

pub(crate) use self::refused::{EventRefused, ack_data};
use crate::dialect::{LoggedFrame, Outgoing};
use crate::gateway::Gateway;
use crate::hub::Registration;
use crate::hub::connection::Connection;
use crate::log::join::{Resync, missed, resume_from, rooms_of, streams_of};
use crate::log::place::Place;
use crate::log::recovery::SessionKey;
use crate::log::relay::Following;
use crate::measures;
use crate::typing::Typing;

/// Longer than any token should live, and far from what a timer can count.
const LONGEST_SESSION: Duration = Duration::from_hours(365 * 24);
/// Frames taken at once. A large batch would double the bound of the queue.
const BATCH: usize = 32;

/// Where a connection wants to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resume {
    /// It begins.
    Fresh,
    /// After this cursor.
    After(String),
    /// After this cursor, if the session key it shows was given to the same user for the same log.
    Recover { key: String, offset: Option<String> },
}

/// How a connection came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It begins here.
    Fresh,
    /// It gets all it missed.
    Recovered,
    /// It cannot be given what it missed and has to load everything anew.
    Refused(Resync),
}

/// A connection whose user is known.
pub(crate) struct Member {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) connection: Arc<Connection>,
    pub(crate) actor: Actor,
    pub(crate) expires: Instant,
    pub(crate) place: Place,
    pub(crate) typing: Typing,
    backlog: VecDeque<LoggedEvent>,
    _following: Following,
}

impl Member {
    /// Joins: the hub first, so that nothing falls between; then the log, then what was missed.
    ///
    /// # Errors
    /// Why the connection is to be closed.
    pub(crate) async fn join(
        gateway: &Arc<Gateway>,
        registration: &mut Registration,
        session: Session,
        resume: Resume,
    ) -> Result<(Self, Arrival), CloseReason> {
        let expires = expiry(gateway, &session)?;
        let actor = session.actor;
        let streams = streams_of(&actor.id, actor.role);
        let rooms = rooms_of(&actor.id, actor.role);
        registration
            .identify(actor.id.clone(), streams.clone(), rooms, gateway.user_cap())
            .map_err(|_| CloseReason::TooManyConnections)?;
        let connection = Arc::clone(registration.connection());
        let followed = within(gateway, &connection, gateway.relay.follow(streams)).await?;
        let (following, positions) = followed.map_err(|_| CloseReason::Unavailable)?;
        let mut member = Self {
            gateway: Arc::clone(gateway),
            connection,
            actor,
            expires,
            place: Place::at_end(&positions),
            typing: Typing::default(),
            backlog: VecDeque::new(),
            _following: following,
        };
        let arrival = match member.wanted_cursor(resume) {
            None => Arrival::Fresh,
            Some(Err(resync)) => Self::refuse(resync),
            Some(Ok(cursor)) => match member.go_back_to(&cursor, &positions).await? {
                Ok(()) => Arrival::Recovered,
                Err(resync) => Arrival::Refused(resync),
            },
        };
        Ok((member, arrival))
    }

    fn wanted_cursor(&self, resume: Resume) -> Option<Result<String, Resync>> {
        match resume {
            Resume::Fresh => None,
            Resume::After(cursor) => Some(Ok(cursor)),
            Resume::Recover { key, offset } => {
                let own = SessionKey::belongs(&key, self.place.key());
                Some(offset.filter(|_| own).ok_or(Resync::Foreign))
            }
        }
    }

    fn refuse(resync: Resync) -> Arrival {
        measures::resumed(resync.word());
        Arrival::Refused(resync)
    }

    /// Goes back to a cursor: what came after it is what is sent next.
    async fn go_back_to(
        &mut self,
        cursor: &str,
        positions: &[StreamPosition],
    ) -> Result<Result<(), Resync>, CloseReason> {
        let most = self.gateway.settings.replay_events;
        let place = match resume_from(cursor, positions, most) {
            Ok(place) => place,
            Err(resync) => {
                Self::refuse(resync);
                return Ok(Err(resync));
            }
        };
        let log = self.gateway.relay.log();
        let events = within(
            &self.gateway,
            &self.connection,
            missed(log, &place, positions),
        )
        .await?;
        self.backlog = events.map_err(|_| CloseReason::Unavailable)?.into();
        self.place = place;
        measures::resumed("recovered");
        Ok(Ok(()))
    }

    /// The same for a connection that is here already.
    ///
    /// # Errors
    /// Why the connection is to be closed; inside, why it cannot be given what came after.
    pub(crate) async fn resume(&mut self, cursor: &str) -> Result<Result<(), Resync>, CloseReason> {
        let streams: Vec<_> = self
            .place
            .numbers()
            .iter()
            .map(|(stream, _)| stream.clone())
            .collect();
        let log = self.gateway.relay.log();
        let positions = within(&self.gateway, &self.connection, log.positions(&streams)).await?;
        let positions = positions.map_err(|_| CloseReason::Unavailable)?;
        self.go_back_to(cursor, &positions).await
    }

    /// The greeting: who one is, and from where one follows.
    pub(crate) fn greeting(&self, arrival: Arrival) -> Vec<ByteString> {
        let data = json!({
            "userId": self.actor.id.as_str(),
            "socketId": self.connection.socket_id,
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
            batch.push(Outgoing::Logged(Arc::new(LoggedFrame::new(dialect, next))));
            self.backlog.pop_front();
        }
        Ok(self.place.frames(dialect, &batch))
    }

    /// Waits until the token ends or the connection is to be closed, and tells recipients when
    /// typing has ended meanwhile. For its own task only.
    pub(crate) async fn ended(&mut self) -> CloseReason {
        let connection = Arc::clone(&self.connection);
        loop {
            let due = self
                .typing
                .next_end()
                .map_or(self.expires, |end| end.min(self.expires));
            tokio::select! {
                biased;
                reason = connection.outbox.closed() => return reason,
                () = tokio::time::sleep_until(due) => {
                    let now = Instant::now();
                    if now >= self.expires {
                        return CloseReason::Unauthorized("token_expired");
                    }
                    self.end_typing();
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
