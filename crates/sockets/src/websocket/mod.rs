//! A WebSocket under a request: the writing half, and the handshake that makes both.
//!
//! Frames go into a `pipe`, which is the answer's body to actix; `incoming` makes messages of the request's. Nothing is
//! kept for a socket that neither writes nor reads: there are thousands of those. The connection under a socket ends
//! with it.

mod incoming;
mod pipe;

use std::rc::Rc;
use std::time::Duration;

use actix_http::body::MessageBody as _;
pub use actix_http::ws::Message;
use actix_http::ws::{CloseReason as CloseFrame, handshake};
use actix_web::http::header::SEC_WEBSOCKET_PROTOCOL;
use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use tokio::time::{sleep, timeout};

pub use self::incoming::{Incoming, Received};
use self::pipe::{Outflow, Pipe};
use crate::close::CloseReason;
use crate::flow::Cut;

/// Writes to one socket; dropping it ends the connection.
pub struct Wire {
    pipe: Rc<Pipe>,
    stall: Duration,
    /// Ends the connection; none where the server's connections cannot be cut.
    cut: Option<Cut>,
}

/// Answers a handshake.
///
/// `protocol` is chosen if the client offers it; `most` is the longest message it may send, in bytes; `stall` how long a
/// write may make no progress.
///
/// # Errors
/// When the request is no handshake.
pub fn open(
    request: &HttpRequest,
    body: web::Payload,
    protocol: Option<&'static str>,
    most: usize,
    stall: Duration,
) -> Result<(HttpResponse, Wire, Incoming), actix_web::Error> {
    let mut response = handshake(request.head())?;
    if let Some(protocol) = protocol.filter(|protocol| offers(request, protocol)) {
        response.insert_header((SEC_WEBSOCKET_PROTOCOL, protocol));
    }
    let pipe = Rc::new(Pipe::default());
    let outflow = Outflow(Rc::clone(&pipe));
    let response = response.message_body(outflow.boxed())?.into();
    let incoming = Incoming::new(body.into_inner(), Rc::clone(&pipe), most);
    let cut = request.conn_data::<Cut>().cloned();
    Ok((response, Wire { pipe, stall, cut }, incoming))
}

fn offers(request: &HttpRequest, protocol: &str) -> bool {
    request
        .headers()
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offered| offered.trim() == protocol)
}

impl Wire {
    /// Writes, unless there is no room for too long or the connection is to be closed meanwhile; `closing` is asked
    /// for only when there is no room.
    ///
    /// # Errors
    /// Why the socket is to be closed.
    pub async fn send<C: Future<Output = CloseReason>>(
        &mut self,
        message: Message,
        closing: impl FnOnce() -> C,
    ) -> Result<(), CloseReason> {
        if self.pipe.is_full() {
            // Boxed: the wait is rare, and its room would be taken in the task of every socket.
            Box::pin(self.room(closing())).await?;
        }
        self.pipe.write(message)
    }

    async fn room(&self, closing: impl Future<Output = CloseReason>) -> Result<(), CloseReason> {
        tokio::select! {
            biased;
            () = self.pipe.room() => Ok(()),
            reason = closing => Err(reason),
            () = sleep(self.stall) => Err(CloseReason::SlowConsumer),
        }
    }

    /// Writes a text frame; see [`Self::send`].
    pub async fn text<C: Future<Output = CloseReason>>(
        &mut self,
        frame: ByteString,
        closing: impl FnOnce() -> C,
    ) -> Result<(), CloseReason> {
        self.send(Message::Text(frame), closing).await
    }

    /// Sends the close frame and waits for the peer's, both for a limited time. A peer that reads nothing gets no close
    /// frame: its connection is cut.
    pub async fn close(self, reason: &CloseReason, incoming: Incoming, wait: Duration) {
        // Who has read nothing for so long is hardly going to read a goodbye.
        let wait = match reason {
            CloseReason::SlowConsumer => wait / 2,
            _ => wait,
        };
        let parted = match reason {
            CloseReason::Gone => false,
            // Out of time means the peer is let go without a goodbye.
            _ => timeout(wait, self.farewell(reason, incoming)).await.is_ok(),
        };
        let Some(cut) = self.cut.clone() else { return };
        if !parted {
            return cut.now();
        }
        // The last bytes may arrive, for as long again; usually they have by now.
        tokio::spawn(async move {
            sleep(wait).await;
            cut.now();
        });
    }

    /// Says goodbye and hears it.
    async fn farewell(&self, reason: &CloseReason, mut incoming: Incoming) {
        let frame = CloseFrame {
            code: reason.code().into(),
            description: Some(reason.word().to_owned()),
        };
        let said = self.pipe.write(Message::Close(Some(frame)));
        self.pipe.end();
        if said.is_err() || *reason == CloseReason::Normal {
            return;
        }
        // Reading on lets the close frame arrive: unread bytes would reset the connection.
        loop {
            match incoming.recv().await {
                Ok(Received::Close) | Err(CloseReason::Gone) => return,
                Ok(_) => {}
                // What cannot be understood has no end that could be waited for.
                Err(_) => return incoming.drained().await,
            }
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.pipe.end();
    }
}
