//! The reading half: messages out of what the peer sends, fragments put together.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use actix_web::dev::Payload;
use actix_web::web::{Bytes, BytesMut};
use bytestring::ByteString;
use futures_util::Stream as _;
use tokio_util::codec::Decoder as _;

use super::pipe::Pipe;
use crate::close::CloseReason;

/// A message of the peer.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// A text, whole.
    Text(ByteString),
    /// Bytes, whole.
    Binary(Bytes),
    /// To be answered with the same bytes.
    Ping(Bytes),
    /// A sign of life.
    Pong,
    /// The peer says goodbye.
    Close,
}

/// A message of which only the beginning has come.
struct Fragments {
    is_text: bool,
    bytes: BytesMut,
}

/// Reads from one socket.
pub struct Incoming {
    payload: Payload,
    pipe: Rc<Pipe>,
    codec: Codec,
    /// Read and not decoded yet.
    bytes: BytesMut,
    fragments: Option<Box<Fragments>>,
    most: usize,
    ended: bool,
}

impl Incoming {
    /// `most`: the longest message, in bytes, and the longest frame.
    pub(super) fn new(payload: Payload, pipe: Rc<Pipe>, most: usize) -> Self {
        Self {
            payload,
            pipe,
            codec: Codec::new().max_size(most),
            bytes: BytesMut::new(),
            fragments: None,
            most,
            ended: false,
        }
    }

    /// Waits for a message. May be dropped and called again at any time.
    ///
    /// # Errors
    /// Why the socket is to be closed.
    pub async fn recv(&mut self) -> Result<Received, CloseReason> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// Reads whatever still comes, and keeps none of it, until the connection ends.
    pub(super) async fn drained(&mut self) {
        self.bytes = BytesMut::new();
        self.fragments = None;
        poll_fn(|context| {
            while !self.ended {
                match Pin::new(&mut self.payload).poll_next(context) {
                    Poll::Ready(Some(Ok(_))) => {}
                    Poll::Ready(Some(Err(_)) | None) => self.ended = true,
                    Poll::Pending if self.pipe.poll_gone(context) => self.ended = true,
                    Poll::Pending => return Poll::Pending,
                }
            }
            Poll::Ready(())
        })
        .await;
    }

    fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Result<Received, CloseReason>> {
        loop {
            match self.decode() {
                Ok(Some(received)) => return Poll::Ready(Ok(received)),
                Err(reason) => return Poll::Ready(Err(reason)),
                Ok(None) if self.ended => return Poll::Ready(Err(CloseReason::Gone)),
                Ok(None) => {}
            }
            match Pin::new(&mut self.payload).poll_next(context) {
                Poll::Ready(Some(Ok(read))) if self.bytes.is_empty() => self.bytes = read.into(),
                Poll::Ready(Some(Ok(read))) => self.bytes.extend_from_slice(&read),
                Poll::Ready(Some(Err(_)) | None) => self.ended = true,
                Poll::Pending if self.pipe.poll_gone(context) => self.ended = true,
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// The next whole message in what was read.
    fn decode(&mut self) -> Result<Option<Received>, CloseReason> {
        while !self.bytes.is_empty() {
            // The codec looks at a frame's length only once all of it is there.
            if declared_length(&self.bytes).is_some_and(|length| length > self.most as u64) {
                return Err(CloseReason::TooLarge);
            }
            let Some(frame) = self
                .codec
                .decode(&mut self.bytes)
                .map_err(|error| reason_of(&error))?
            else {
                return Ok(None);
            };
            if self.bytes.is_empty() {
                // Lets go of the memory, which the message may share.
                self.bytes = BytesMut::new();
            }
            if let Some(received) = self.received(frame)? {
                return Ok(Some(received));
            }
        }
        Ok(None)
    }

    fn received(&mut self, frame: Frame) -> Result<Option<Received>, CloseReason> {
        Ok(Some(match frame {
            Frame::Text(bytes) => text(bytes)?,
            Frame::Binary(bytes) => Received::Binary(bytes),
            Frame::Ping(bytes) => Received::Ping(bytes),
            Frame::Pong(_) => Received::Pong,
            Frame::Close(_) => Received::Close,
            Frame::Continuation(item) => return self.fragment(item),
        }))
    }

    /// The codec lets fragments through only in their order.
    fn fragment(&mut self, item: Item) -> Result<Option<Received>, CloseReason> {
        let (is_text, is_last, more) = match item {
            Item::FirstText(bytes) => (true, false, bytes),
            Item::FirstBinary(bytes) | Item::Continue(bytes) => (false, false, bytes),
            Item::Last(bytes) => (false, true, bytes),
        };
        let fragments = self.fragments.get_or_insert_with(|| {
            let bytes = BytesMut::new();
            Box::new(Fragments { is_text, bytes })
        });
        if fragments.bytes.len() + more.len() > self.most {
            fragments.bytes = BytesMut::new();
            return Err(CloseReason::TooLarge);
        }
        fragments.bytes.extend_from_slice(&more);
        let whole = if is_last { self.fragments.take() } else { None };
        let Some(whole) = whole else {
            return Ok(None);
        };
        let bytes = whole.bytes.freeze();
        Ok(Some(if whole.is_text {
            text(bytes)?
        } else {
            Received::Binary(bytes)
        }))
    }
}

/// How long a frame says it is, as soon as it has said it (RFC 6455, 5.2).
fn declared_length(frame: &[u8]) -> Option<u64> {
    match frame.get(1)? & 0x7f {
        126 => Some(u16::from_be_bytes(frame.get(2..4)?.try_into().ok()?).into()),
        127 => Some(u64::from_be_bytes(frame.get(2..10)?.try_into().ok()?)),
        short => Some(short.into()),
    }
}

fn text(bytes: Bytes) -> Result<Received, CloseReason> {
    let text = ByteString::try_from(bytes).map_err(|_| CloseReason::NotText)?;
    Ok(Received::Text(text))
}

fn reason_of(error: &ProtocolError) -> CloseReason {
    match error {
        ProtocolError::Overflow => CloseReason::TooLarge,
        _ => CloseReason::Protocol,
    }
}
