//! Between a socket's task and actix: encoded frames on their way to the network, and who waits for what.
//!
//! Both live on one thread, so nothing is locked. No borrow outlives the call that makes it.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_http::body::{BodySize, MessageBody};
use actix_http::ws::{Codec, Message};
use actix_web::web::{Bytes, BytesMut};
use tokio_util::codec::Encoder as _;

use crate::close::CloseReason;

/// Bytes actix has not taken yet, above which a writer waits. It takes them as the network does.
const ENOUGH: usize = 16 * 1024;

#[derive(Default)]
struct State {
    frames: BytesMut,
    /// Nothing will be written any more.
    ended: bool,
    /// Actix has let go of the connection.
    gone: bool,
    /// Who waits for frames, for room, and for the end of the connection.
    outflow: Option<Waker>,
    writer: Option<Waker>,
    reader: Option<Waker>,
}

/// See the module.
#[derive(Default)]
pub(super) struct Pipe(RefCell<State>);

impl Pipe {
    /// Whether a writer has to wait.
    pub(super) fn is_full(&self) -> bool {
        let state = self.0.borrow();
        state.frames.len() >= ENOUGH && !state.gone
    }

    /// Waits until there is room, or nobody to wait for.
    pub(super) async fn room(&self) {
        poll_fn(|context| {
            if !self.is_full() {
                return Poll::Ready(());
            }
            self.0.borrow_mut().writer = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Adds a frame, room or not.
    ///
    /// # Errors
    /// [`CloseReason::Gone`].
    pub(super) fn write(&self, message: Message) -> Result<(), CloseReason> {
        let mut state = self.0.borrow_mut();
        if state.gone || state.ended {
            return Err(CloseReason::Gone);
        }
        // Only unfinished fragments can be refused, and none are written here.
        let encoded = Codec::new().encode(message, &mut state.frames);
        encoded.map_err(|_| CloseReason::Gone)?;
        let outflow = state.outflow.take();
        drop(state);
        wake(outflow);
        Ok(())
    }

    /// Nothing more will be written: the connection ends when everything has left.
    pub(super) fn end(&self) {
        let mut state = self.0.borrow_mut();
        state.ended = true;
        let outflow = state.outflow.take();
        drop(state);
        wake(outflow);
    }

    /// Whether the connection has ended; if not, the reader is woken when it does.
    pub(super) fn poll_gone(&self, context: &Context<'_>) -> bool {
        let mut state = self.0.borrow_mut();
        let known = state.reader.as_ref();
        if !known.is_some_and(|known| known.will_wake(context.waker())) {
            state.reader = Some(context.waker().clone());
        }
        state.gone
    }
}

fn wake(waiting: Option<Waker>) {
    if let Some(waker) = waiting {
        waker.wake();
    }
}

/// The answer's body.
pub(super) struct Outflow(pub(super) Rc<Pipe>);

impl MessageBody for Outflow {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let mut state = self.0.0.borrow_mut();
        if !state.frames.is_empty() {
            let frames = mem::take(&mut state.frames).freeze();
            let writer = state.writer.take();
            drop(state);
            wake(writer);
            return Poll::Ready(Some(Ok(frames)));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        state.outflow = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Outflow {
    fn drop(&mut self) {
        let mut state = self.0.0.borrow_mut();
        state.gone = true;
        state.frames = BytesMut::new();
        let (writer, reader) = (state.writer.take(), state.reader.take());
        drop(state);
        wake(writer);
        wake(reader);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn fill(pipe: &Pipe) {
        while !pipe.is_full() {
            let written = pipe.write(Message::Text("x".repeat(1_000).into()));
            assert_eq!(written, Ok(()));
        }
    }

    fn taken(outflow: &mut Outflow) -> Poll<Option<usize>> {
        let mut context = Context::from_waker(Waker::noop());
        let polled = Pin::new(outflow).poll_next(&mut context);
        polled.map(|frames| frames.map(|frames| frames.map_or(0, |bytes| bytes.len())))
    }

    #[test]
    fn a_writer_waits_for_room_and_no_longer_than_there_is_somebody_to_take_it() {
        let pipe = Rc::new(Pipe::default());
        let mut outflow = Outflow(Rc::clone(&pipe));
        fill(&pipe);
        assert_eq!(pipe.room().now_or_never(), None);
        assert!(matches!(taken(&mut outflow), Poll::Ready(Some(bytes)) if bytes < 2 * ENOUGH));
        assert_eq!(pipe.room().now_or_never(), Some(()));
        fill(&pipe);
        drop(outflow);
        assert_eq!(pipe.room().now_or_never(), Some(()));
        assert_eq!(pipe.write(Message::Nop), Err(CloseReason::Gone));
    }

    #[test]
    fn what_was_written_leaves_before_the_end_and_nothing_after_it() {
        let pipe = Rc::new(Pipe::default());
        let mut outflow = Outflow(Rc::clone(&pipe));
        assert_eq!(taken(&mut outflow), Poll::Pending);
        assert_eq!(pipe.write(Message::Text("last".into())), Ok(()));
        pipe.end();
        assert_eq!(
            pipe.write(Message::Text("late".into())),
            Err(CloseReason::Gone)
        );
        assert_eq!(taken(&mut outflow), Poll::Ready(Some(2 + "last".len())));
        assert_eq!(taken(&mut outflow), Poll::Ready(None));
    }
}
