//! The writing half of a socket: every write has a deadline and gives way to a close.

use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, Message, Session};
use bytestring::ByteString;
use futures_util::SinkExt as _;
use tokio::time::{sleep, timeout};

use crate::realtime::close::CloseReason;
use crate::realtime::outbox::Outbox;

/// Writes to one socket.
pub(super) struct Wire {
    session: Session,
    stall: Duration,
}

impl Wire {
    pub(super) fn new(session: Session, stall: Duration) -> Self {
        Self { session, stall }
    }

    /// Writes, unless it takes too long or the connection is to be closed meanwhile.
    ///
    /// # Errors
    /// Why the socket is to be closed.
    pub(super) async fn send(
        &mut self,
        message: Message,
        outbox: &Outbox,
    ) -> Result<(), CloseReason> {
        tokio::select! {
            biased;
            sent = self.session.send(message) => sent.map_err(|_| CloseReason::Gone),
            reason = outbox.closed() => Err(reason),
            () = sleep(self.stall) => Err(CloseReason::SlowConsumer),
        }
    }

    /// Writes a text frame; see [`Self::send`].
    pub(super) async fn text(
        &mut self,
        frame: ByteString,
        outbox: &Outbox,
    ) -> Result<(), CloseReason> {
        self.send(Message::Text(frame), outbox).await
    }

    /// Sends the close frame and waits for the peer's, both for a limited time. A peer that reads
    /// nothing gets no close frame; the end of this value ends its connection all the same.
    pub(super) async fn close(
        self,
        reason: &CloseReason,
        mut incoming: AggregatedMessageStream,
        wait: Duration,
    ) {
        if *reason == CloseReason::Gone {
            return;
        }
        let frame = actix_ws::CloseReason {
            code: reason.code().into(),
            description: Some(reason.word().to_owned()),
        };
        let farewell = async {
            if self.session.close(Some(frame)).await.is_ok() && *reason != CloseReason::Normal {
                // Reading on lets the close frame arrive: unread bytes would reset the connection.
                while let Some(Ok(message)) = incoming.recv().await {
                    if matches!(message, AggregatedMessage::Close(_)) {
                        break;
                    }
                }
            }
        };
        // Out of time means the peer is let go without a goodbye.
        let _ = timeout(wait, farewell).await;
    }
}
