//! Listening: as `actix_web::HttpServer` does, but over connections that can be cut
//! ([`Line`]). That server takes no other stream than its own.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config,
};
use actix_web::dev::{AppConfig, Server};
use actix_web::error::DispatchError;
use actix_web::rt::net::TcpStream;
use socket2::{Domain, Socket, Type};

use crate::line::Line;

/// Connections the kernel holds until a worker takes them.
const BACKLOG: i32 = 1_024;
/// From a connection to its request's head.
const REQUEST_HEAD: Duration = Duration::from_secs(5);
/// From the end of a connection's work to the end of the connection.
const DISCONNECT: Duration = Duration::from_secs(2);

/// Where and how to listen.
#[derive(Debug, Clone, Copy)]
pub struct Listening {
    /// Where; port 0 takes a free one.
    pub address: SocketAddr,
    /// Threads that serve.
    pub workers: usize,
    /// How long requests may take to finish when the server stops.
    pub shutdown_seconds: u64,
}

/// Starts to listen; serves once the answer is polled.
///
/// # Errors
/// When the address cannot be had.
pub fn listen<F, I, S, B>(listening: &Listening, app: F) -> io::Result<(SocketAddr, Server)>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let listener = bind(listening.address)?;
    let address = listener.local_addr()?;
    let server = Server::build()
        .workers(listening.workers)
        .shutdown_timeout(listening.shutdown_seconds)
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let server = server.listen("http", listener, move || {
        let stopping = stopping.clone();
        let app = app()
            .into_factory()
            .map_err(|error| error.into().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_request_timeout(REQUEST_HEAD)
            .client_disconnect_timeout(DISCONNECT)
            // Otherwise a client that hangs up goes unnoticed.
            .h1_allow_half_closed(false)
            .local_addr(address)
            .on_connect_ext(|line: &Line, connection| {
                connection.insert(line.cut());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(|stream: TcpStream| async move {
            let peer = stream.peer_addr().ok();
            Ok::<_, DispatchError>((Line::new(stream), Protocol::Http1, peer))
        })
        .and_then(http)
    })?;
    Ok((address, server.run()))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
