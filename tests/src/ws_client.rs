//! A client of the native WebSocket dialect.
//!
//! It fails the test that uses it, with what it was waiting for, instead of returning errors.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The code a closed socket shows when its peer left without one.
pub const NO_CLOSE_CODE: u16 = 1006;

/// A connected client.
pub struct WsClient {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    cursor: Option<String>,
}

/// What came.
enum Came {
    Event(Value),
    Closed(u16),
}

#[track_caller]
fn fail(why: String) -> ! {
    std::panic::panic_any(why)
}

impl WsClient {
    /// Connects with a token in the `Authorization` header.
    pub async fn connect(url: &str, token: &str) -> Self {
        let bearer = format!("Bearer {token}");
        match Self::connect_with(url, &[("Authorization", &bearer)]).await {
            Ok(client) => client,
            Err(status) => fail(format!("{url} refused the handshake: {status}")),
        }
    }

    /// Comes back with the last cursor seen.
    pub async fn connect_after(url: &str, token: &str, cursor: &str) -> Self {
        let separator = if url.contains('?') { '&' } else { '?' };
        Self::connect(&format!("{url}{separator}after={cursor}"), token).await
    }

    /// Connects without a token.
    pub async fn connect_bare(url: &str) -> Self {
        match Self::connect_with(url, &[]).await {
            Ok(client) => client,
            Err(status) => fail(format!("{url} refused the handshake: {status}")),
        }
    }

    /// Connects with these headers.
    ///
    /// # Errors
    /// The HTTP status, when the server refused the handshake.
    pub async fn connect_with(url: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        match Self::open(url, headers).await {
            Ok(client) => Ok(client),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => fail(format!("no connection to {url}: {error}")),
        }
    }

    /// The same, where there may be no server; none then.
    pub async fn try_connect(url: &str, headers: &[(&str, &str)]) -> Option<Self> {
        Self::open(url, headers).await.ok()
    }

    async fn open(url: &str, headers: &[(&str, &str)]) -> Result<Self, Error> {
        let mut request = match url.into_client_request() {
            Ok(request) => request,
            Err(error) => fail(format!("{url} is no address: {error}")),
        };
        for (name, value) in headers {
            match (HeaderName::try_from(*name), HeaderValue::try_from(*value)) {
                (Ok(name), Ok(value)) => request.headers_mut().insert(name, value),
                _ => fail(format!("{name}: {value} is no header")),
            };
        }
        let (stream, _) = connect_async(request).await?;
        Ok(Self {
            stream,
            cursor: None,
        })
    }

    /// The cursor of the last event that had one.
    pub fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }

    /// The next event, whatever it is.
    pub async fn next_event(&mut self, wait: Duration) -> Value {
        match timeout(wait, self.receive()).await {
            Ok(Came::Event(event)) => event,
            Ok(Came::Closed(code)) => fail(format!("closed ({code}) instead of an event")),
            Err(_) => fail(format!("no event within {wait:?}")),
        }
    }

    /// The next event; none when the socket is closed instead, in whatever way.
    pub async fn next_or_closed(&mut self, wait: Duration) -> Option<Value> {
        match timeout(wait, self.receive()).await {
            Ok(Came::Event(event)) => Some(event),
            Ok(Came::Closed(_)) => None,
            Err(_) => fail(format!("no event within {wait:?}")),
        }
    }

    /// The next event of this name; others before it are passed over.
    pub async fn wait_for(&mut self, name: &str, wait: Duration) -> Value {
        let search = async {
            loop {
                match self.receive().await {
                    Came::Event(event) if event.get("event").is_some_and(|it| it == name) => {
                        return event;
                    }
                    Came::Event(_) => {}
                    Came::Closed(code) => fail(format!("closed ({code}) instead of {name}")),
                }
            }
        };
        match timeout(wait, search).await {
            Ok(event) => event,
            Err(_) => fail(format!("no {name} within {wait:?}")),
        }
    }

    /// The answer to the frame with this id.
    pub async fn wait_for_ack(&mut self, id: u64, wait: Duration) -> Value {
        loop {
            let mut ack = self.wait_for("ack", wait).await;
            if ack.get("id").and_then(Value::as_u64) == Some(id) {
                return ack.get_mut("data").map(Value::take).unwrap_or_default();
            }
        }
    }

    /// Reads on until the socket is closed; answers the code.
    pub async fn close_code(&mut self, wait: Duration) -> u16 {
        let search = async {
            loop {
                if let Came::Closed(code) = self.receive().await {
                    return code;
                }
            }
        };
        match timeout(wait, search).await {
            Ok(code) => code,
            Err(_) => fail(format!("not closed within {wait:?}")),
        }
    }

    /// Sends a frame. A socket the server has closed meanwhile shows by what is read next.
    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends a text that need not be a frame.
    pub async fn send_text(&mut self, text: &str) {
        let _ = self.stream.send(Message::text(text)).await;
    }

    /// Sends bytes.
    pub async fn send_binary(&mut self, bytes: Vec<u8>) {
        let _ = self.stream.send(Message::binary(bytes)).await;
    }

    /// Sends one text in several frames.
    pub async fn send_fragments(&mut self, fragments: &[&str]) {
        let last = fragments.len().saturating_sub(1);
        for (number, fragment) in fragments.iter().enumerate() {
            let opcode = if number == 0 {
                Data::Text
            } else {
                Data::Continue
            };
            let payload = fragment.as_bytes().to_vec();
            let frame = Frame::message(payload, OpCode::Data(opcode), number == last);
            let _ = self.stream.send(Message::Frame(frame)).await;
        }
    }

    /// Says goodbye.
    pub async fn leave(&mut self) {
        let _ = self.stream.close(None).await;
    }

    async fn receive(&mut self) -> Came {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => match serde_json::from_str::<Value>(&text) {
                    Ok(event) => {
                        if let Some(cursor) = event.get("cursor").and_then(Value::as_str) {
                            self.cursor = Some(cursor.to_owned());
                        }
                        return Came::Event(event);
                    }
                    Err(error) => fail(format!("not JSON ({error}): {text}")),
                },
                Some(Ok(Message::Close(frame))) => {
                    // The library has the answer ready and sends it with what comes next.
                    let _ = self.stream.flush().await;
                    return Came::Closed(frame.map_or(NO_CLOSE_CODE, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Came::Closed(NO_CLOSE_CODE),
            }
        }
    }
}
