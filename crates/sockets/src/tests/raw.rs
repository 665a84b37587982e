//! The wire without a client library: packets over WebSocket, requests over TCP.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::wait::WAIT;

/// A WebSocket that carries packets.
pub(super) struct Raw {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What came.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Came {
    Text(String),
    Binary(Vec<u8>),
    Closed(u16),
}

impl Raw {
    /// Opens `/path?query` of a server.
    pub(super) async fn open(address: &str, path: &str) -> Result<Self, u16> {
        Self::open_with(address, path, &[]).await
    }

    pub(super) async fn open_with(
        address: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).unwrap();
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("no connection: {error}"),
        }
    }

    pub(super) async fn send(&mut self, text: &str) {
        // A socket the server has closed meanwhile shows by what is read next.
        let _ = self.stream.send(Message::text(text)).await;
    }

    pub(super) async fn send_binary(&mut self, bytes: &[u8]) {
        let _ = self.stream.send(Message::binary(bytes.to_vec())).await;
    }

    /// Whatever comes next, pings of the heartbeat left out.
    pub(super) async fn came(&mut self) -> Came {
        loop {
            let came = self.came_at_all().await;
            if came != Came::Text("2".to_owned()) {
                return came;
            }
            self.send("3").await;
        }
    }

    pub(super) async fn came_at_all(&mut self) -> Came {
        let next = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return Came::Text(text.to_string()),
                    Some(Ok(Message::Binary(bytes))) => return Came::Binary(bytes.to_vec()),
                    Some(Ok(Message::Close(frame))) => {
                        // The library has the answer ready and sends it with what comes next.
                        let _ = self.stream.flush().await;
                        return Came::Closed(frame.map_or(1005, |frame| frame.code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Came::Closed(1006),
                }
            }
        };
        timeout(WAIT, next).await.expect("something comes")
    }

    pub(super) async fn text(&mut self) -> String {
        match self.came().await {
            Came::Text(text) => text,
            other => panic!("no text but {other:?}"),
        }
    }

    /// Reads on until it is closed.
    pub(super) async fn close_code(&mut self) -> u16 {
        loop {
            if let Came::Closed(code) = self.came().await {
                return code;
            }
        }
    }

    /// The arguments of the next text, which must be an event in a namespace other than `/`.
    pub(super) async fn event(&mut self) -> Value {
        let text = self.text().await;
        let args = text
            .strip_prefix("42/")
            .and_then(|rest| rest.split_once(','));
        let (_, args) = args.unwrap_or_else(|| panic!("not an event: {text}"));
        serde_json::from_str(args).unwrap()
    }
}

/// An answer to a plain request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

/// One request on a connection of its own.
pub(super) async fn request(address: &str, method: &str, path: &str, body: &str) -> Answer {
    let mut stream = begin(address, method, path, body).await;
    let mut answer = Vec::new();
    timeout(WAIT, stream.read_to_end(&mut answer))
        .await
        .expect("an answer")
        .unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

/// Sends a request and leaves its answer unread.
pub(super) async fn begin(address: &str, method: &str, path: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// A polling session, requests made one after the other.
pub(super) struct Polling {
    pub(super) address: String,
    pub(super) path: &'static str,
    pub(super) sid: String,
}

impl Polling {
    pub(super) async fn open(address: &str, path: &'static str) -> Self {
        let opened = request(
            address,
            "GET",
            &format!("{path}?EIO=4&transport=polling"),
            "",
        )
        .await;
        assert_eq!(opened.status, 200);
        let open: Value = serde_json::from_str(&opened.body[1..]).unwrap();
        let sid = open["sid"].as_str().unwrap().to_owned();
        let address = address.to_owned();
        Self { address, path, sid }
    }

    pub(super) fn target(&self, transport: &str) -> String {
        format!("{}?EIO=4&transport={transport}&sid={}", self.path, self.sid)
    }

    pub(super) async fn poll(&self) -> Answer {
        request(&self.address, "GET", &self.target("polling"), "").await
    }

    pub(super) async fn post(&self, body: &str) -> Answer {
        request(&self.address, "POST", &self.target("polling"), body).await
    }

    pub(super) async fn websocket(&self) -> Raw {
        Raw::open(&self.address, &self.target("websocket"))
            .await
            .unwrap()
    }
}
