//! The task of one socket: it reads, empties the queue, keeps the heartbeat, and ends with the token.

use std::convert::Infallible;
use std::sync::Arc;

use bytestring::ByteString;
use serde_json::Value;
use sockets::CloseReason;
use sockets::websocket::{Incoming, Message, Received, Wire};
use sockets::{FloodMeter, Heartbeat, Verdict};
use tokio::time::{Instant, sleep_until};

use super::NATIVE;
use super::frames::{ClientFrame, ack};
use crate::dialect::Dialect as _;
use crate::gateway::Gateway;
use crate::hub::Registration;
use crate::hub::connection::Connection;
use crate::measures;
use crate::member::EventRefused;
use crate::member::Member;

/// What the handshake brought along.
pub(super) struct Opening {
    pub(super) token: Option<String>,
    pub(super) after: Option<String>,
}

/// What woke the task.
pub(super) enum Step {
    Frame(ClientFrame),
    Queue,
    Due,
}

/// One socket.
pub(super) struct Socket {
    pub(super) gateway: Arc<Gateway>,
    pub(super) meter: FloodMeter,
    pub(super) registration: Registration,
    pub(super) connection: Arc<Connection>,
    wire: Wire,
    incoming: Incoming,
    heartbeat: Heartbeat,
}

impl Socket {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        connection: Connection,
        wire: Wire,
        incoming: Incoming,
    ) -> Self {
        let (settings, now) = (&gateway.settings, Instant::now());
        let registration = gateway.hub.enter(connection);
        Self {
            meter: FloodMeter::new(settings.events_per_second, settings.event_burst, now),
            connection: Arc::clone(registration.connection()),
            registration,
            wire,
            incoming,
            heartbeat: Heartbeat::new(settings.rhythm(), now),
            gateway,
        }
    }

    /// Serves the socket to its end.
    pub(super) async fn run(mut self, opening: Opening) {
        let Err(reason) = self.serve(opening).await;
        measures::closed(&reason);
        tracing::debug!(socket = ?self.connection.id, reason = reason.word(), "socket closed");
        self.connection.outbox.close(reason.clone());
        self.registration.forget_user();
        let wait = self.gateway.settings.close_wait;
        // Boxed: its room would be taken in the task of every idle socket.
        Box::pin(self.wire.close(&reason, self.incoming, wait)).await;
    }

    async fn serve(&mut self, opening: Opening) -> Result<Infallible, CloseReason> {
        // A handshake may have passed the door just before it was shut.
        if self.gateway.is_draining() {
            return Err(CloseReason::Restart);
        }
        let (session, resume) = self.authenticate(opening).await?;
        let joining = Member::join(&self.gateway, &mut self.registration, session, resume);
        let (mut member, arrival) = Box::pin(joining).await?;
        for frame in member.greeting(arrival) {
            self.text(frame).await?;
        }
        self.send_backlog(&mut member).await?;
        let expired = CloseReason::Unauthorized("token_expired");
        loop {
            let due = member.next_due();
            match self.next(member.expires, expired.clone(), due).await? {
                Step::Queue => self.send_frames(&mut member).await?,
                Step::Frame(frame) => self.carry_out(&mut member, frame).await?,
                Step::Due => member.do_what_is_due(),
            }
        }
    }

    /// Sends all that a member missed.
    pub(super) async fn send_backlog(&mut self, member: &mut Member) -> Result<(), CloseReason> {
        while member.has_backlog() {
            self.send_frames(member).await?;
        }
        Ok(())
    }

    async fn send_frames(&mut self, member: &mut Member) -> Result<(), CloseReason> {
        for frame in member.frames()? {
            // Nothing leaves after the token's end, however slowly the peer reads.
            if Instant::now() >= member.expires {
                return Err(CloseReason::Unauthorized("token_expired"));
            }
            self.text(frame).await?;
        }
        Ok(())
    }

    /// Waits for a client's frame, for something to send, or until something is due; answers
    /// control frames meanwhile.
    pub(super) async fn next(
        &mut self,
        deadline: Instant,
        at_deadline: CloseReason,
        due: Option<Instant>,
    ) -> Result<Step, CloseReason> {
        loop {
            let wake = deadline.min(self.heartbeat.due());
            tokio::select! {
                biased;
                () = sleep_until(due.map_or(wake, |due| due.min(wake))) => {
                    let now = Instant::now();
                    if now >= deadline {
                        return Err(at_deadline);
                    }
                    if now < self.heartbeat.due() {
                        return Ok(Step::Due);
                    }
                    self.beat().await?;
                }
                message = self.incoming.recv() => {
                    if let Some(frame) = self.received(message?).await? {
                        return Ok(Step::Frame(frame));
                    }
                }
                () = self.connection.outbox.filled() => return match self.connection.outbox.closed_for() {
                    Some(reason) => Err(reason),
                    None => Ok(Step::Queue),
                },
            }
        }
    }

    async fn beat(&mut self) -> Result<(), CloseReason> {
        let rhythm = self.gateway.settings.rhythm();
        self.heartbeat.beat(rhythm, Instant::now())?;
        self.send(Message::Ping(actix_web::web::Bytes::new())).await
    }

    async fn received(&mut self, message: Received) -> Result<Option<ClientFrame>, CloseReason> {
        let now = Instant::now();
        self.heartbeat.heard(self.gateway.settings.rhythm(), now);
        let verdict = self.meter.count(now, 1);
        if verdict == Verdict::Flood {
            return Err(CloseReason::Flood);
        }
        match message {
            Received::Text(text) => {
                let Some(frame) = ClientFrame::parse(&text) else {
                    self.answer(None, Err(EventRefused::MALFORMED)).await?;
                    return Ok(None);
                };
                if verdict == Verdict::Refused {
                    self.answer(frame.id, Err(EventRefused::TOO_MANY_EVENTS))
                        .await?;
                    return Ok(None);
                }
                Ok(Some(frame))
            }
            Received::Ping(bytes) if verdict == Verdict::Allowed => {
                self.send(Message::Pong(bytes)).await?;
                Ok(None)
            }
            Received::Ping(_) | Received::Pong => Ok(None),
            Received::Binary(_) => Err(CloseReason::Binary),
            Received::Close => Err(CloseReason::Normal),
        }
    }

    /// Answers a client's event: an exception when it was refused, an ack when one was asked for.
    pub(super) async fn answer(
        &mut self,
        id: Option<Value>,
        outcome: Result<Value, EventRefused>,
    ) -> Result<(), CloseReason> {
        if let Err(refused) = &outcome {
            self.text(NATIVE.event("exception", &refused.exception()))
                .await?;
        }
        self.ack(id, &outcome).await
    }

    /// Answers the frame with this id, if it has one.
    pub(super) async fn ack(
        &mut self,
        id: Option<Value>,
        outcome: &Result<Value, EventRefused>,
    ) -> Result<(), CloseReason> {
        match id {
            Some(id) => self.text(ack(&id, outcome)).await,
            None => Ok(()),
        }
    }

    pub(super) async fn text(&mut self, frame: ByteString) -> Result<(), CloseReason> {
        let outbox = &self.connection.outbox;
        self.wire.text(frame, || outbox.closed()).await
    }

    async fn send(&mut self, message: Message) -> Result<(), CloseReason> {
        let outbox = &self.connection.outbox;
        self.wire.send(message, || outbox.closed()).await
    }
}
