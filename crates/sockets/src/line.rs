//! The TCP connection under a socket: bounded silence, bounded buffers, and a way to end it at once.
//!
//! actix ends a connection only once everything written has left. A peer that reads nothing would
//! so keep its connection and its buffers long after its task has let go of it. A [`Line`] can be
//! cut by whoever holds its [`Cut`]: its next read or write fails, and actix lets go.

use std::any::Any;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use futures_util::task::AtomicWaker;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How long written bytes may wait for a peer that reads nothing.
const LONGEST_UNREAD: Duration = Duration::from_secs(20);
/// What the kernel takes beyond what the peer has room for. By itself it takes megabytes, and a
/// peer that has stopped reading goes unnoticed until they are full.
const MOST_UNSENT: u32 = 64 * 1024;

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
}

impl Line {
    /// A connection just accepted: small frames leave at once, silence is bounded, and so is what
    /// the kernel keeps.
    pub fn new(stream: TcpStream) -> Self {
        bound(&stream);
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection waits for full packets");
        }
        Self {
            stream,
            cut: Cut::default(),
        }
    }

    /// What ends it.
    pub fn cut(&self) -> Cut {
        self.cut.clone()
    }

    fn check(&self, cx: &Context<'_>) -> io::Result<()> {
        self.cut.0.task.register(cx.waker());
        if !self.cut.0.done.load(Ordering::Acquire) {
            return Ok(());
        }
        // Nobody waits any longer for what the peer has not read: the kernel lets go of it, too.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

/// Ends one [`Line`].
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<CutState>);

#[derive(Debug, Default)]
struct CutState {
    done: AtomicBool,
    task: AtomicWaker,
}

impl Cut {
    /// Ends it now, whatever waits to be written. Ending it twice is ending it once.
    pub fn now(&self) {
        self.0.done.store(true, Ordering::Release);
        self.0.task.wake();
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
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
