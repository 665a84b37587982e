//! The writing half of a WebSocket: every write has a deadline and gives way to a close, and the
//! connection under it ends with it.

use std::io;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Message, ProtocolError, Session};
use bytestring::ByteString;
use futures_util::SinkExt as _;
use tokio::time::{sleep, timeout};

use super::close::CloseReason;
use super::peer::Cut;

/// Writes to one socket.
pub(super) struct Wire {
    session: Session,
    stall: Duration,
    /// Ends the connection; none where the server's connections cannot be cut.
    cut: Option<Cut>,
}

impl Wire {
    /// Of the socket this request opens.
    pub(super) fn new(request: &HttpRequest, session: Session, stall: Duration) -> Self {
        Self {
            session,
            stall,
            cut: request.conn_data::<Cut>().cloned(),
        }
    }

    /// Writes, unless it takes too long or the connection is to be closed meanwhile.
    ///
    /// # Errors
    /// Why the socket is to be closed.
    pub(super) async fn send(
        &mut self,
        message: Message,
        closing: impl Future<Output = CloseReason>,
    ) -> Result<(), CloseReason> {
        tokio::select! {
            biased;
            sent = self.session.send(message) => sent.map_err(|_| CloseReason::Gone),
            reason = closing => Err(reason),
            () = sleep(self.stall) => Err(CloseReason::SlowConsumer),
        }
    }

    /// Writes a text frame; see [`Self::send`].
    pub(super) async fn text(
        &mut self,
        frame: ByteString,
        closing: impl Future<Output = CloseReason>,
    ) -> Result<(), CloseReason> {
        self.send(Message::Text(frame), closing).await
    }

    /// Sends the close frame and waits for the peer's, both for a limited time. A peer that reads
    /// nothing gets no close frame: its connection is cut.
    pub(super) async fn close(
        self,
        reason: &CloseReason,
        incoming: AggregatedMessageStream,
        wait: Duration,
    ) {
        let Self { session, cut, .. } = self;
        // Who has read nothing for so long is hardly going to read a goodbye.
        let wait = match reason {
            CloseReason::SlowConsumer => wait / 2,
            _ => wait,
        };
        let parted = match reason {
            CloseReason::Gone => false,
            // Out of time means the peer is let go without a goodbye.
            _ => timeout(wait, farewell(session, reason, incoming))
                .await
                .is_ok(),
        };
        let Some(cut) = cut else { return };
        if !parted {
            return cut.now();
        }
        // The last bytes may arrive, for as long again; usually they have by now.
        tokio::spawn(async move {
            sleep(wait).await;
            cut.now();
        });
    }
}

/// Says goodbye and hears it.
async fn farewell(session: Session, reason: &CloseReason, mut incoming: AggregatedMessageStream) {
    let frame = actix_ws::CloseReason {
        code: reason.code().into(),
        description: Some(reason.word().to_owned()),
    };
    if session.close(Some(frame)).await.is_ok() && *reason != CloseReason::Normal {
        // Reading on lets the close frame arrive: unread bytes would reset the connection.
        while let Some(Ok(message)) = incoming.recv().await {
            if matches!(message, AggregatedMessage::Close(_)) {
                break;
            }
        }
    }
}

/// Why a socket is closed whose stream ended with this error.
pub(super) fn reason_of(error: &ProtocolError) -> CloseReason {
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
