//! The task of one socket: it reads, empties the queue, keeps the heartbeat, and ends with the token.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use actix_web::error::PayloadError;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Message, MessageStream, ProtocolError};
use bytestring::ByteString;
use serde_json::Value;
use shared_kernel::Actor;
use tokio::time::{Instant, sleep_until};

use super::NATIVE;
use super::frames::{ClientFrame, EventRefused, ack};
use super::wire::Wire;
use crate::realtime::close::CloseReason;
use crate::realtime::connection::Connection;
use crate::realtime::flood::{FloodMeter, Verdict};
use crate::realtime::gateway::Gateway;
use crate::realtime::hub::Registration;
use crate::realtime::measures;
use crate::realtime::place::Place;
use crate::realtime::relay::Following;

/// Frames taken from the queue at once. A large batch would double the bound of the queue.
const BATCH: usize = 32;

/// What the handshake brought along.
pub(super) struct Opening {
    pub(super) token: Option<String>,
    pub(super) after: Option<String>,
}

/// A socket whose user is known and whose streams are followed.
pub(super) struct Joined {
    pub(super) actor: Actor,
    pub(super) expires: Instant,
    pub(super) place: Place,
    pub(super) _following: Following,
}

/// What woke the task.
pub(super) enum Step {
    Frame(ClientFrame),
    Queue,
}

/// One socket.
pub(super) struct Socket {
    pub(super) gateway: Arc<Gateway>,
    pub(super) meter: FloodMeter,
    pub(super) registration: Registration,
    pub(super) connection: Arc<Connection>,
    wire: Wire,
    incoming: AggregatedMessageStream,
    /// When to ping, or to give the peer up.
    heartbeat_due: Instant,
    pinged: bool,
}

impl Socket {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        connection: Connection,
        session: actix_ws::Session,
        incoming: MessageStream,
    ) -> Self {
        let (settings, now) = (&gateway.settings, Instant::now());
        let registration = gateway.hub.enter(connection);
        Self {
            meter: FloodMeter::new(settings.events_per_second, settings.event_burst, now),
            connection: Arc::clone(registration.connection()),
            registration,
            wire: Wire::new(session, settings.write_stall),
            incoming: incoming
                .max_frame_size(settings.message_bytes)
                .aggregate_continuations()
                .max_continuation_size(settings.message_bytes),
            heartbeat_due: now + settings.ping_interval,
            pinged: false,
            gateway,
        }
    }

    /// Serves the socket to its end.
    pub(super) async fn run(mut self, opening: Opening) {
        let Err(reason) = self.serve(opening).await;
        measures::closed(&reason);
        tracing::debug!(socket = %self.connection.socket_id, reason = reason.word(), "socket closed");
        self.connection.outbox.close(reason.clone());
        self.registration.forget_user();
        self.wire
            .close(&reason, self.incoming, self.gateway.settings.close_wait)
            .await;
    }

    async fn serve(&mut self, opening: Opening) -> Result<Infallible, CloseReason> {
        // A handshake may have passed the door just before it was shut.
        if self.gateway.is_draining() {
            return Err(CloseReason::Restart);
        }
        let (session, after) = self.authenticate(opening).await?;
        let mut joined = self.join(session, after).await?;
        loop {
            match self
                .next(joined.expires, CloseReason::Unauthorized("token_expired"))
                .await?
            {
                Step::Queue => self.flush(&mut joined).await?,
                Step::Frame(frame) => self.carry_out(&mut joined, frame).await?,
            }
        }
    }

    /// Waits for a client's frame or for something to send; answers control frames meanwhile.
    pub(super) async fn next(
        &mut self,
        deadline: Instant,
        at_deadline: CloseReason,
    ) -> Result<Step, CloseReason> {
        loop {
            tokio::select! {
                biased;
                () = sleep_until(deadline.min(self.heartbeat_due)) => {
                    if Instant::now() >= deadline {
                        return Err(at_deadline);
                    }
                    self.beat().await?;
                }
                message = self.incoming.recv() => {
                    let message = message.ok_or(CloseReason::Gone)?;
                    let message = message.map_err(|error| reason_of(&error))?;
                    if let Some(frame) = self.received(message).await? {
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
        if self.pinged {
            return Err(CloseReason::PingTimeout);
        }
        self.pinged = true;
        self.heartbeat_due = Instant::now() + self.gateway.settings.ping_timeout;
        self.send(Message::Ping(actix_web::web::Bytes::new())).await
    }

    async fn received(
        &mut self,
        message: AggregatedMessage,
    ) -> Result<Option<ClientFrame>, CloseReason> {
        let now = Instant::now();
        (self.pinged, self.heartbeat_due) = (false, now + self.gateway.settings.ping_interval);
        let verdict = self.meter.count(now, 1);
        if verdict == Verdict::Flood {
            return Err(CloseReason::Flood);
        }
        match message {
            AggregatedMessage::Text(text) => {
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
            AggregatedMessage::Ping(bytes) if verdict == Verdict::Allowed => {
                self.send(Message::Pong(bytes)).await?;
                Ok(None)
            }
            AggregatedMessage::Ping(_) | AggregatedMessage::Pong(_) => Ok(None),
            AggregatedMessage::Binary(_) => Err(CloseReason::Binary),
            AggregatedMessage::Close(_) => Err(CloseReason::Normal),
        }
    }

    async fn flush(&mut self, joined: &mut Joined) -> Result<(), CloseReason> {
        let batch = self.connection.outbox.drain(BATCH)?;
        for frame in joined.place.frames(&NATIVE, &batch) {
            // Nothing leaves after the token's end, however slowly the peer reads.
            if Instant::now() >= joined.expires {
                return Err(CloseReason::Unauthorized("token_expired"));
            }
            self.text(frame).await?;
        }
        Ok(())
    }

    /// Answers a client's event: an exception when it was refused, an ack when one was asked for.
    pub(super) async fn answer(
        &mut self,
        id: Option<Value>,
        outcome: Result<Value, EventRefused>,
    ) -> Result<(), CloseReason> {
        if let Err(refused) = &outcome {
            self.text(refused.frame()).await?;
        }
        match id {
            Some(id) => self.text(ack(&id, outcome.as_ref())).await,
            None => Ok(()),
        }
    }

    pub(super) async fn text(&mut self, frame: ByteString) -> Result<(), CloseReason> {
        self.wire.text(frame, &self.connection.outbox).await
    }

    async fn send(&mut self, message: Message) -> Result<(), CloseReason> {
        self.wire.send(message, &self.connection.outbox).await
    }
}

fn reason_of(error: &ProtocolError) -> CloseReason {
    match error {
        ProtocolError::Overflow => CloseReason::TooLarge,
        ProtocolError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            CloseReason::NotText
        }
        ProtocolError::Io(error) => match error.get_ref() {
            Some(cause) if cause.is::<PayloadError>() => CloseReason::Gone,
            // The only other one: fragments that together exceed the limit.
            Some(_) => CloseReason::TooLarge,
            None => CloseReason::Gone,
        },
        _ => CloseReason::Protocol,
    }
}
