//! A Unix socket that wakes its thread for what arrives, and for nothing else.
//!
//! A Unix socket watched in both directions, as is usual, also reports each time that the other side
//! has read what was written: of the wake-ups a short statement costs, every other one, and just when
//! the database needs the processor. This one is watched for writing only while it is full.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

/// The socket, driven by the thread that opened it.
pub(crate) struct QuietSocket {
    arriving: AsyncFd<UnixStream>,
    /// The same socket, while it takes no more.
    full: Option<AsyncFd<UnixStream>>,
}

impl QuietSocket {
    /// Connects to a socket of this machine. Where those waiting there are too many already, that is an
    /// error and not a wait, which would hold up the thread.
    pub(crate) async fn connect(path: &Path) -> io::Result<Self> {
        Self::new(tokio::net::UnixStream::connect(path).await?)
    }

    fn new(stream: tokio::net::UnixStream) -> io::Result<Self> {
        let stream = stream.into_std()?;
        Ok(Self {
            arriving: watched(stream, Interest::READABLE)?,
            full: None,
        })
    }

    fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(full) = &self.full {
            ready!(full.poll_write_ready(context))?.retain_ready();
            self.full = None;
        }
        Poll::Ready(Ok(()))
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe, for the sake of types whose descriptor may change; a socket's does not"
)]
fn watched(stream: UnixStream, interest: Interest) -> io::Result<AsyncFd<UnixStream>> {
    AsyncFd::with_interest(stream, interest)
}

impl AsyncRead for QuietSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut arrived = ready!(self.arriving.poll_read_ready(context))?;
            let room = into.remaining();
            let mut stream = arrived.get_inner();
            match stream.read(into.initialize_unfilled()) {
                Ok(read) => {
                    // Less than there is room for was all there is: asking once more is saved.
                    if 0 < read && read < room {
                        arrived.clear_ready();
                    }
                    into.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => arrived.clear_ready(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for QuietSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_room(context))?;
            let mut stream = self.arriving.get_ref();
            match stream.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let same = self.arriving.get_ref().try_clone()?;
                    self.full = Some(watched(same, Interest::WRITABLE)?);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return Poll::Ready(written),
            }
        }
    }

    /// What is written is on its way.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.arriving.get_ref().shutdown(Shutdown::Write))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn pair() -> (QuietSocket, tokio::net::UnixStream) {
        let (ours, theirs) = tokio::net::UnixStream::pair().unwrap();
        (QuietSocket::new(ours).unwrap(), theirs)
    }

    #[tokio::test]
    async fn far_more_than_the_socket_holds_arrives_whole_both_ways() {
        let (mut ours, mut theirs) = pair();
        let sent: Vec<u8> = (0..4_000_000_u32).map(|n| (n % 251) as u8).collect();
        let copy = sent.clone();
        let echo = tokio::spawn(async move {
            let mut seen = vec![0; copy.len()];
            theirs.read_exact(&mut seen).await.unwrap();
            assert!(seen == copy, "all of it, in order");
            theirs.write_all(&seen).await.unwrap();
        });
        ours.write_all(&sent).await.unwrap();
        let mut back = vec![0; sent.len()];
        ours.read_exact(&mut back).await.unwrap();
        assert!(back == sent, "and back");
        echo.await.unwrap();
        assert!(ours.full.is_none(), "no longer watched for writing");
    }

    #[tokio::test]
    async fn many_small_words_are_each_answered() {
        let (mut ours, mut theirs) = pair();
        let echo = tokio::spawn(async move {
            let mut word = [0; 4];
            while theirs.read_exact(&mut word).await.is_ok() {
                theirs.write_all(&word).await.unwrap();
            }
        });
        let mut answer = [0; 4];
        for number in 0..1_000_u32 {
            ours.write_all(&number.to_be_bytes()).await.unwrap();
            ours.read_exact(&mut answer).await.unwrap();
            assert_eq!(u32::from_be_bytes(answer), number);
        }
        drop(ours);
        echo.await.unwrap();
    }

    #[tokio::test]
    async fn the_end_of_the_other_side_is_an_end_and_writing_to_it_an_error() {
        let (mut ours, mut theirs) = pair();
        theirs.write_all(b"bye").await.unwrap();
        drop(theirs);
        let mut last = Vec::new();
        ours.read_to_end(&mut last).await.unwrap();
        assert_eq!(last, b"bye", "what was said before the end is heard");
        let refused = ours.write_all(b"word").await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::BrokenPipe);
    }

    #[tokio::test]
    async fn a_server_that_accepts_nobody_refuses_once_it_is_full_and_holds_up_no_thread() {
        let path = std::env::temp_dir().join(format!("quiet-{}.socket", std::process::id()));
        // Of a program with our number that was killed here.
        let _ = std::fs::remove_file(&path);
        let silent = tokio::net::UnixSocket::new_stream().unwrap();
        silent.bind(&path).unwrap();
        let _silent = silent.listen(1).unwrap();
        let mut waiting = Vec::new();
        let refused = loop {
            match QuietSocket::connect(&path).await {
                Ok(socket) => waiting.push(socket),
                Err(refused) => break refused,
            }
            assert!(waiting.len() < 16, "it never is full");
        };
        std::fs::remove_file(&path).unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
    }
}
