//! A session on a WebSocket: its task.

use std::convert::Infallible;

use engineioxide_core::Packet;
use tokio::time::sleep_until;

use super::core::Core;
use super::sessions::Handover;
use super::{EngineSession, Frame, packets};
use crate::close::CloseReason;
use crate::websocket::{self, Incoming, Received, Wire};

/// Serves a session to its end.
pub(super) async fn run<S: EngineSession>(
    handover: Handover<S>,
    mut wire: Wire,
    mut incoming: Incoming,
) {
    let Handover { mut core, waiting } = handover;
    let Err(reason) = serve(&mut core, waiting, &mut wire, &mut incoming).await;
    core.app.on_close(&reason);
    core.seat.leave();
    let wait = core.settings.close_wait;
    // Boxed: its room would be taken in the task of every idle socket.
    Box::pin(wire.close(&reason, incoming, wait)).await;
}

async fn serve<S: EngineSession>(
    core: &mut Core<S>,
    mut out: Vec<Frame>,
    wire: &mut Wire,
    incoming: &mut Incoming,
) -> Result<Infallible, CloseReason> {
    loop {
        for frame in out.drain(..) {
            send(core, wire, frame).await?;
        }
        tokio::select! {
            biased;
            () = sleep_until(core.heartbeat.due()) => out.push(core.beat()?),
            message = incoming.recv() => {
                if let Some(packet) = packet(message?, wire).await? {
                    core.received(packet, &mut out).await?;
                }
            }
            frames = core.app.next() => {
                for frame in frames? {
                    send(core, wire, frame).await?;
                }
            }
        }
    }
}

async fn send<S: EngineSession>(
    core: &mut Core<S>,
    wire: &mut Wire,
    frame: Frame,
) -> Result<(), CloseReason> {
    let message = match frame {
        Frame::Packet(text) => websocket::Message::Text(text),
        Frame::Binary(bytes) => websocket::Message::Binary(bytes),
    };
    let app = &mut core.app;
    wire.send(message, move || app.ended()).await
}

/// The packet in a WebSocket message; control messages are dealt with here.
pub(super) async fn packet(
    message: Received,
    wire: &mut Wire,
) -> Result<Option<Packet>, CloseReason> {
    match message {
        Received::Text(text) => {
            let packet = packets::parse(&text).map_err(|_| CloseReason::Protocol)?;
            // Bytes have frames of their own here.
            if matches!(packet, Packet::Binary(_)) {
                return Err(CloseReason::Protocol);
            }
            Ok(Some(packet))
        }
        Received::Binary(bytes) => Ok(Some(Packet::Binary(bytes))),
        Received::Ping(bytes) => {
            wire.send(websocket::Message::Pong(bytes), std::future::pending)
                .await?;
            Ok(None)
        }
        Received::Pong => Ok(None),
        Received::Close => Err(CloseReason::Normal),
    }
}
