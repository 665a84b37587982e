//! From polling to WebSocket: the WebSocket probes, then takes the session over.

use std::time::Duration;

use bytestring::ByteString;
use engineioxide_core::Packet;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::EngineSession;
use super::sessions::{Handover, Request};
use super::websocket;
use crate::close::CloseReason;
use crate::websocket::{Incoming, Wire};

/// Tries to take a polling session over; the session goes on polling when that fails.
pub(super) async fn run<S: EngineSession>(
    requests: mpsc::Sender<Request<S>>,
    mut wire: Wire,
    mut incoming: Incoming,
    wait: Duration,
    close_wait: Duration,
) {
    let taken = timeout(wait, take_over(&requests, &mut wire, &mut incoming)).await;
    match taken {
        Ok(Ok(handover)) => {
            drop(requests);
            websocket::run(handover, wire, incoming).await;
        }
        refused => {
            let reason = refused.map_or(CloseReason::Protocol, |taken| {
                taken.err().unwrap_or(CloseReason::Protocol)
            });
            wire.close(&reason, incoming, close_wait).await;
        }
    }
}

async fn take_over<S: EngineSession>(
    requests: &mpsc::Sender<Request<S>>,
    wire: &mut Wire,
    incoming: &mut Incoming,
) -> Result<Handover<S>, CloseReason> {
    expect(&Packet::PingUpgrade, requests, wire, incoming).await?;
    let (reply, allowed) = oneshot::channel();
    ask(requests, Request::Probe(reply)).await?;
    allowed.await.map_err(|_| CloseReason::Protocol)?;
    // From here on the session waits for this socket, until told otherwise.
    let mut abort = Abort(Some(requests.clone()));
    wire.text(ByteString::from_static("3probe"), std::future::pending)
        .await?;
    expect(&Packet::Upgrade, requests, wire, incoming).await?;
    let (reply, handover) = oneshot::channel();
    ask(requests, Request::TakeOver(reply)).await?;
    let handover = handover.await.map_err(|_| CloseReason::Gone)?;
    abort.0 = None;
    Ok(handover)
}

async fn ask<S>(
    requests: &mpsc::Sender<Request<S>>,
    request: Request<S>,
) -> Result<(), CloseReason> {
    requests.send(request).await.map_err(|_| CloseReason::Gone)
}

async fn expect<S>(
    expected: &Packet,
    requests: &mpsc::Sender<Request<S>>,
    wire: &mut Wire,
    incoming: &mut Incoming,
) -> Result<(), CloseReason> {
    loop {
        let message = tokio::select! {
            message = incoming.recv() => message?,
            // The polling session has ended meanwhile.
            () = requests.closed() => return Err(CloseReason::Restart),
        };
        match websocket::packet(message, wire).await? {
            Some(packet) if packet == *expected => return Ok(()),
            Some(_) => return Err(CloseReason::Protocol),
            None => {}
        }
    }
}

/// Tells the session that its upgrade has failed, however that came.
struct Abort<S: EngineSession>(Option<mpsc::Sender<Request<S>>>);

impl<S: EngineSession> Drop for Abort<S> {
    fn drop(&mut self) {
        if let Some(requests) = self.0.take() {
            actix_web::rt::spawn(async move {
                // A session that is gone needs not be told.
                let _ = requests.send(Request::AbortUpgrade).await;
            });
        }
    }
}
