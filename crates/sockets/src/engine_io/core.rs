//! What a session is on any transport: the app, the heartbeat, the flood meter, its place.

use std::sync::Arc;

use bytestring::ByteString;
use engineioxide_core::{OpenPacket, Packet, TransportType};
use tokio::time::Instant;

use super::sessions::Seat;
use super::{EngineSession, EngineSettings, Frame, Message};
use crate::close::CloseReason;
use crate::flood::{FloodMeter, Verdict};
use crate::heartbeat::Heartbeat;

/// A session.
pub(super) struct Core<S> {
    pub(super) app: S,
    pub(super) settings: Arc<EngineSettings>,
    pub(super) seat: Seat<S>,
    pub(super) heartbeat: Heartbeat,
    meter: Option<FloodMeter>,
}

impl<S: EngineSession> Core<S> {
    pub(super) fn new(app: S, settings: &Arc<EngineSettings>, seat: Seat<S>) -> Self {
        let now = Instant::now();
        let meter = settings
            .flood
            .map(|limit| FloodMeter::new(limit.per_second, limit.burst, now));
        Self {
            app,
            settings: Arc::clone(settings),
            seat,
            heartbeat: Heartbeat::new(settings.rhythm(), now),
            meter,
        }
    }

    /// The packet that opens the session.
    pub(super) fn open_packet(&self, upgrades: &[TransportType]) -> Frame {
        let settings = &self.settings;
        let packet = Packet::Open(OpenPacket {
            sid: self.seat.sid,
            upgrades: upgrades.iter().copied().collect(),
            ping_interval: settings.ping_interval,
            ping_timeout: settings.ping_timeout,
            max_payload: settings.max_payload as u64,
        });
        Frame::Packet(ByteString::from(String::from(packet)))
    }

    /// The heartbeat is due: gives the packet to send.
    ///
    /// # Errors
    /// When the last one was not answered.
    pub(super) fn beat(&mut self) -> Result<Frame, CloseReason> {
        self.heartbeat
            .beat(self.settings.rhythm(), Instant::now())?;
        Ok(Frame::Packet(ByteString::from_static("2")))
    }

    /// Whether the peer has been silent for too long, though no timer has said so yet.
    pub(super) fn is_given_up(&self) -> bool {
        self.heartbeat
            .is_given_up(self.settings.rhythm(), Instant::now())
    }

    /// A packet came.
    ///
    /// # Errors
    /// Why the session is to be closed.
    pub(super) async fn received(
        &mut self,
        packet: Packet,
        out: &mut Vec<Frame>,
    ) -> Result<(), CloseReason> {
        let now = Instant::now();
        self.heartbeat.heard(self.settings.rhythm(), now);
        let meter = self.meter.as_mut();
        let verdict = meter.map_or(Verdict::Allowed, |meter| meter.count(now, 1));
        if verdict == Verdict::Flood {
            return Err(CloseReason::Flood);
        }
        let message = match packet {
            Packet::Message(text) => Message::Text(text),
            Packet::Binary(bytes) => Message::Binary(bytes),
            Packet::Pong | Packet::Noop => return Ok(()),
            Packet::Close => return Err(CloseReason::Normal),
            _ => return Err(CloseReason::Protocol),
        };
        // Boxed, so that the idle task of every session stays small.
        Box::pin(self.app.on_message(message, verdict, out)).await
    }
}
