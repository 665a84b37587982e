//! An answer on its way: in pieces, counted while it waits to be read, and told to its connection.
//!
//! Stands between HTTP and the application, around every request. To the connection it says when a
//! request is being answered and when its body is wanted ([`crate::flow`]).

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::error::PayloadError;
use actix_http::{Payload, Request, Response, StatusCode};
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::task::yield_now;

use crate::flow::Cut;
use crate::unsent::{Counted, LARGE, Unsent};

/// What is handed to HTTP at once: it copies as much into the connection's buffer, whether or not
/// the peer reads.
const PIECE: usize = 16 * 1024;

/// A request that is being answered.
pub(crate) struct Taken {
    cut: Option<Cut>,
    peer: Option<IpAddr>,
    others_first: bool,
}

impl Taken {
    /// Takes a request. Of its body only so much is read as whoever answers asks for.
    pub(crate) fn of(request: &mut Request) -> Self {
        let cut = request.conn_data::<Cut>().cloned();
        let mut others_first = false;
        if let Some(cut) = &cut {
            others_first = cut.answering();
            if !request.upgrade() {
                ask_for(request.payload(), cut);
            }
        }
        Self {
            cut,
            peer: request.peer_addr().map(|peer| peer.ip()),
            others_first,
        }
    }

    /// Lets others come first, where it is their turn.
    pub(crate) async fn wait(&self) {
        if self.others_first {
            yield_now().await;
        }
    }

    /// Sends the answer.
    pub(crate) fn send<B>(self, answer: Response<B>, unsent: &Arc<Unsent>) -> Response<Sending>
    where
        B: MessageBody + 'static,
    {
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS
            && let Some(cut) = &self.cut
        {
            cut.becomes_socket();
        }
        answer.map_body(|_, body| Sending::new(body.boxed(), self, unsent))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(cut) = &self.cut {
            cut.answered();
        }
    }
}

/// The body of an answer. Dropped when all of it has been handed over.
pub(crate) struct Sending {
    size: BodySize,
    left: Left,
    _counted: Option<Counted>,
    _taken: Taken,
}

/// What is left of it.
enum Left {
    Bytes(Bytes),
    Flowing(BoxBody),
}

impl Sending {
    fn new(body: BoxBody, taken: Taken, unsent: &Arc<Unsent>) -> Self {
        let size = body.size();
        let left = match body.try_into_bytes() {
            Ok(bytes) => Left::Bytes(bytes),
            Err(body) => Left::Flowing(body),
        };
        let counted = match &left {
            // What is shared costs nothing more.
            Left::Bytes(bytes) if bytes.len() > LARGE && bytes.is_unique() => taken
                .cut
                .clone()
                .map(|cut| unsent.count(bytes.len(), taken.peer, cut)),
            Left::Bytes(_) | Left::Flowing(_) => None,
        };
        Self {
            size,
            left,
            _counted: counted,
            _taken: taken,
        }
    }
}

impl MessageBody for Sending {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match &mut self.left {
            Left::Flowing(body) => Pin::new(body).poll_next(context),
            Left::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Left::Bytes(bytes) if bytes.len() <= PIECE => {
                Poll::Ready(Some(Ok(std::mem::take(bytes))))
            }
            Left::Bytes(bytes) => Poll::Ready(Some(Ok(bytes.split_to(PIECE)))),
        }
    }
}

/// A request's body that tells its connection when it is waited for.
struct Asking {
    body: Payload,
    cut: Cut,
}

fn ask_for(body: &mut Payload, cut: &Cut) {
    if matches!(body, Payload::None) {
        return;
    }
    let asking = Asking {
        body: std::mem::replace(body, Payload::None),
        cut: cut.clone(),
    };
    *body = Payload::Stream {
        payload: Box::pin(asking),
    };
}

impl Stream for Asking {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        if polled.is_pending() {
            self.cut.asked();
        }
        polled
    }
}
