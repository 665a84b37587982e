//! Clients that cost little: WebSockets of both dialects, driven by the one thread of this program.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::Outcome;
use crate::people::Person;

/// Handshakes under way at once.
const AT_ONCE: usize = 32;
/// Thousands of clients live in this process.
const BUFFER: usize = 2 * 1024;

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    SocketIo,
    Native,
}

impl Dialect {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SocketIo => "Socket.IO",
            Self::Native => "native",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket",
            Self::Native => "/ws/messaging",
        }
    }

    /// How the text of this event begins.
    fn event(self, name: &str) -> String {
        match self {
            Self::SocketIo => format!("42/messaging,[\"{name}\""),
            Self::Native => format!("{{\"event\":\"{name}\""),
        }
    }
}

/// A connected client.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    dialect: Dialect,
}

impl Socket {
    /// Connects and returns once the server has said `connected`.
    pub(crate) async fn open(address: SocketAddr, dialect: Dialect, token: &str) -> Outcome<Self> {
        let mut request = format!("ws://{address}{}", dialect.path()).into_client_request()?;
        if dialect == Dialect::Native {
            let bearer = format!("Bearer {token}").parse()?;
            request.headers_mut().insert("Authorization", bearer);
        }
        let connection = TcpStream::connect(address).await?;
        connection.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0);
        let (stream, _) = client_async_with_config(request, connection, Some(config)).await?;
        let mut socket = Self { stream, dialect };
        if dialect == Dialect::SocketIo {
            let connect = format!("40/messaging,{{\"token\":\"{token}\"}}");
            socket.stream.send(Message::text(connect)).await?;
        }
        let connected = dialect.event("connected");
        loop {
            if socket.text().await?.starts_with(&connected) {
                return Ok(socket);
            }
        }
    }

    /// The next text that is no heartbeat; the server's heartbeat is answered.
    async fn text(&mut self) -> Outcome<Utf8Bytes> {
        while let Some(message) = self.stream.next().await {
            match message? {
                Message::Text(text)
                    if text.as_str() == "2" && self.dialect == Dialect::SocketIo =>
                {
                    self.stream.send(Message::text("3")).await?;
                }
                Message::Text(text) if text.starts_with("44") => {
                    return Err(format!("a client was refused: {text}").into());
                }
                Message::Text(text) => return Ok(text),
                Message::Close(frame) => {
                    return Err(format!("a socket was closed: {frame:?}").into());
                }
                _ => {}
            }
        }
        Err("a socket ended".into())
    }

    /// Listens until the socket ends, which is an error, and hands over the text of every event of this name.
    pub(crate) async fn listen(mut self, name: &str, mut heard: impl FnMut(&str)) -> Outcome<()> {
        let wanted = self.dialect.event(name);
        loop {
            let text = self.text().await?;
            if text.starts_with(&wanted) {
                heard(&text);
            }
        }
    }
}

/// Connects everybody.
pub(crate) async fn open_all(
    address: SocketAddr,
    dialect: Dialect,
    people: &[Person],
) -> Outcome<Vec<Socket>> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut opening = JoinSet::new();
    for person in people {
        let (turns, token) = (Arc::clone(&turns), person.token.clone());
        opening.spawn(async move {
            let _turn = turns.acquire_owned().await?;
            Socket::open(address, dialect, &token).await
        });
    }
    let mut sockets = Vec::with_capacity(people.len());
    while let Some(socket) = opening.join_next().await {
        sockets.push(socket??);
    }
    Ok(sockets)
}
