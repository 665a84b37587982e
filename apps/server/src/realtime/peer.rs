//! The TCP connection under a socket.

use std::any::Any;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::SockRef;

/// How long written bytes may wait for a peer that reads nothing.
const LONGEST_UNREAD: Duration = Duration::from_secs(20);

/// For `HttpServer::on_connect`: the kernel ends a connection whose peer has taken nothing for 20
/// seconds.
///
/// Without this a peer that stops reading keeps its connection and its buffers for ever after its
/// task has let go of it: actix ends a connection only once everything written has left.
pub fn bound_silence(io: &dyn Any, _: &mut Extensions) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Some(stream) = io.downcast_ref::<TcpStream>()
        && let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(LONGEST_UNREAD))
    {
        tracing::debug!(%error, "a connection keeps the system's own time limit");
    }
}
