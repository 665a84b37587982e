//! The TCP connection under a socket: bounded silence, bounded buffers, and a way to end it at once.
//!
//! actix ends a connection only once everything written has left, reads as long as there is something
//! to read, and makes requests of all of it. A peer that reads nothing would so keep its connection and
//! its buffers long after its task has let go of it, and have as much prepared for it as it has asked
//! for. A [`Line`] can be cut by whoever holds its [`Cut`]: its next read or write fails, and actix
//! lets go. It reads in small pieces and only what there is use for ([`crate::flow`]), nothing while
//! the peer leaves unread what was written, and ends by itself when the peer reads too slowly.

use std::any::Any;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::crowd::Place;
use crate::flow::Cut;

/// How long written bytes may wait for a peer that reads nothing.
const LONGEST_UNREAD: Duration = Duration::from_secs(20);
/// What the kernel takes beyond what the peer has room for. By itself it takes megabytes, and a
/// peer that has stopped reading goes unnoticed until they are full.
const MOST_UNSENT: u32 = 64 * 1024;
/// What is read before the requests in it are looked at.
const MOST_AT_ONCE: usize = 4 * 1024;
/// What a peer has to read of an answer in [`LONGEST_UNREAD`], where so much waits for it: a thousand
/// bytes a second, less than any telephone's line.
const LEAST_READ: usize = 20_000;

/// For `HttpServer::on_connect`, where there are no [`Line`]s; see [`Line::new`].
pub fn bound_silence(io: &dyn Any, _: &mut Extensions) {
    if let Some(stream) = io.downcast_ref::<TcpStream>() {
        bound(stream);
    }
}

/// The kernel ends a connection whose peer has taken nothing for 20 seconds, and takes little
/// before it lets the writer wait.
fn bound(stream: &TcpStream) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let socket = SockRef::from(stream);
        let bounded = socket
            .set_tcp_user_timeout(Some(LONGEST_UNREAD))
            .and_then(|()| socket.set_tcp_notsent_lowat(MOST_UNSENT));
        if let Err(error) = bounded {
            tracing::debug!(%error, "a connection keeps the system's own limits");
        }
    }
}

/// A connection that can be cut.
pub struct Line {
    stream: TcpStream,
    cut: Cut,
    /// While the peer leaves unread what is to be written.
    unread: Option<Unread>,
    /// A whole piece was read: the requests in it come first.
    pause: bool,
    /// Given back when it ends.
    _place: Option<Place>,
}

impl Line {
    /// A connection just accepted: small frames leave at once, silence is bounded, and so is what
    /// the kernel keeps.
    pub(crate) fn new(stream: TcpStream, place: Option<Place>) -> Self {
        bound(&stream);
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection waits for full packets");
        }
        Self {
            stream,
            cut: Cut::default(),
            unread: None,
            pause: false,
            _place: place,
        }
    }

    /// What ends it.
    pub fn cut(&self) -> Cut {
        self.cut.clone()
    }

    fn check(&self, cx: &Context<'_>) -> io::Result<()> {
        self.cut.register(cx.waker());
        if self.cut.is_done() {
            Err(self.aborted())
        } else {
            Ok(())
        }
    }

    /// Nobody waits any longer for what the peer has not read: the kernel lets go of it, too.
    fn aborted(&self) -> io::Error {
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        io::ErrorKind::ConnectionAborted.into()
    }

    /// How much may be read now.
    fn piece(&self) -> usize {
        if self.unread.is_some() {
            return 0;
        }
        let room = usize::try_from(self.cut.room()).unwrap_or(usize::MAX);
        room.min(MOST_AT_ONCE)
    }

    /// `written` of the bytes offered left, which was all of them or not.
    fn wrote(&mut self, written: usize, all: bool) -> io::Result<()> {
        if all {
            if self.unread.take().is_some() {
                self.cut.let_read();
            }
            return Ok(());
        }
        if self.cut.is_socket() {
            // It has a queue of its own, and a rule for who reads it too slowly.
            return Ok(());
        }
        let now = Instant::now();
        let unread = self.unread.get_or_insert(Unread::since(now));
        if unread.is_too_slow(written, now) {
            tracing::debug!("a peer reads too slowly: its connection ends");
            return Err(self.aborted());
        }
        Ok(())
    }
}

/// How a peer reads what waits for it.
struct Unread {
    since: Instant,
    read: usize,
}

impl Unread {
    fn since(now: Instant) -> Self {
        Self {
            since: now,
            read: 0,
        }
    }

    /// Counts what was read, one span of [`LONGEST_UNREAD`] after the other.
    fn is_too_slow(&mut self, read: usize, now: Instant) -> bool {
        self.read += read;
        if now.saturating_duration_since(self.since) < LONGEST_UNREAD {
            return false;
        }
        let too_slow = self.read < LEAST_READ;
        *self = Self::since(now);
        too_slow
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        if self.cut.is_socket() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        self.cut.looked_at();
        let most = self.piece().min(buf.remaining());
        if most == 0 {
            self.cut.hold_back();
            return Poll::Pending;
        }
        if std::mem::take(&mut self.pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Of the connection's own buffer only what is read is touched: it stays as long as a socket.
        let mut space = [MaybeUninit::<u8>::uninit(); MOST_AT_ONCE];
        let mut space = ReadBuf::uninit(&mut space);
        let mut piece = space.take(most);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut piece))?;
        let read = piece.filled().len();
        buf.put_slice(piece.filled());
        self.cut.has_read(u32::try_from(read).unwrap_or(u32::MAX));
        self.pause = read == most;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf)?;
        let written = match polled {
            Poll::Ready(written) => written,
            Poll::Pending => 0,
        };
        self.wrote(written, written == buf.len())?;
        polled.map(Ok)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_reads_less_than_the_least_in_any_span_is_too_slow() {
        let start = Instant::now();
        let mut slow = Unread::since(start);
        assert!(!slow.is_too_slow(100, start + LONGEST_UNREAD / 2));
        assert!(slow.is_too_slow(100, start + LONGEST_UNREAD));
        let mut quick = Unread::since(start);
        assert!(!quick.is_too_slow(LEAST_READ, start + LONGEST_UNREAD));
        assert!(
            quick.is_too_slow(LEAST_READ - 1, start + LONGEST_UNREAD * 2),
            "what was read before does not count again"
        );
    }
}
