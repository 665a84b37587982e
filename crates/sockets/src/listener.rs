//! Listening: as `actix_web::HttpServer` does, but over connections that can be cut
//! ([`Line`]), as many as there may be. That server takes no other stream than its own.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, apply_fn_factory,
    fn_service, map_config,
};
use actix_web::dev::{AppConfig, Server};
use actix_web::error::DispatchError;
use actix_web::rt::net::TcpStream;
use socket2::{Domain, SockRef, Socket, Type};

use crate::answer::{Sending, Taken};
use crate::crowd::{Crowd, MostConnections};
use crate::line::Line;
use crate::unsent::Unsent;

/// Connections the kernel holds until a worker takes them.
const BACKLOG: i32 = 1_024;
/// From a connection to its request's head.
const REQUEST_HEAD: Duration = Duration::from_secs(5);
/// From the end of a connection's work to the end of the connection.
const DISCONNECT: Duration = Duration::from_secs(2);
/// What a connection too many is told, before it is closed.
const TOO_MANY: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\
    connection: close\r\nretry-after: 1\r\n\r\n";

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct Listening {
    /// Where; port 0 takes a free one.
    pub address: SocketAddr,
    /// Threads that serve.
    pub workers: usize,
    /// How long requests may take to finish when the server stops.
    pub shutdown_seconds: u64,
    /// How many connections there may be; any number when absent.
    pub most: Option<MostConnections>,
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
    let (crowd, unsent) = (listening.most.clone().map(Crowd::new), Unsent::new());
    let server = server.listen("http", listener, move || {
        let stopping = stopping.clone();
        let app = app()
            .into_factory()
            .map_err(|error| error.into().error_response());
        let app = answering(app, unsent.clone());
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
        let crowd = crowd.clone();
        fn_service(move |stream: TcpStream| {
            let accepted = accept(stream, crowd.as_ref());
            async { accepted }
        })
        .and_then(http)
    })?;
    Ok((address, server.run()))
}

/// The application, with each request it takes and each answer it gives told to its connection.
fn answering<A, B>(
    app: A,
    unsent: Arc<Unsent>,
) -> impl ServiceFactory<
    Request,
    Config = A::Config,
    Response = Response<Sending>,
    Error = A::Error,
    InitError = A::InitError,
    Service = impl Service<
        Request,
        Response = Response<Sending>,
        Error = A::Error,
        Future = impl Future + 'static,
    > + 'static,
>
where
    A: ServiceFactory<Request> + 'static,
    A::Response: Into<Response<B>>,
    <A::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let told = move |mut request: Request, app: &A::Service| {
        let (taken, unsent) = (Taken::of(&mut request), Arc::clone(&unsent));
        // In the connection's own memory it would stay as long as the connection: a socket's.
        let answering = Box::pin(app.call(request));
        async move {
            taken.wait().await;
            Ok(taken.send(answering.await?.into(), &unsent))
        }
    };
    apply_fn_factory::<A, A, _, _, Request, Request, _, _>(app, told)
}

/// What HTTP is served over: a connection that has a place.
type Accepted = (Line, Protocol, Option<SocketAddr>);

fn accept(stream: TcpStream, crowd: Option<&Arc<Crowd>>) -> Result<Accepted, DispatchError> {
    let peer = stream.peer_addr().ok();
    let place = match (crowd, peer) {
        (Some(crowd), Some(peer)) => {
            let place = crowd.enter(peer.ip());
            if place.is_none() {
                // Whoever does not hear it sees the end.
                let _ = SockRef::from(&stream).send(TOO_MANY);
                return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into());
            }
            place
        }
        _ => None,
    };
    Ok((Line::new(stream, place), Protocol::Http1, peer))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
