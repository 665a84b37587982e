//! A client of the Socket.IO dialect over a WebSocket, for tests that need many: it shows what it
//! last saw, as the stock client does, and is given what it missed.
//!
//! It fails the test that uses it, with what it was waiting for, instead of returning errors.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const NAMESPACE: &str = "/messaging,";

/// What a client shows to go on where it was.
#[derive(Debug, Clone, Default)]
pub struct SioSession {
    pid: Option<String>,
    offset: Option<String>,
}

/// A connected client.
pub struct SioClient {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: SioSession,
}

#[track_caller]
fn fail(why: String) -> ! {
    std::panic::panic_any(why)
}

impl SioClient {
    /// Connects to `host:port` and enters the namespace.
    pub async fn connect(address: &str, token: &str, session: SioSession, wait: Duration) -> Self {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let stream = match connect_async(&url).await {
            Ok((stream, _)) => stream,
            Err(error) => fail(format!("no connection to {url}: {error}")),
        };
        let mut client = Self { stream, session };
        let SioSession { pid, offset } = client.session.clone();
        let mut auth = json!({ "token": token });
        if let (Some(pid), Some(fields)) = (pid, auth.as_object_mut()) {
            fields.insert("pid".to_owned(), pid.into());
            fields.insert("offset".to_owned(), offset.into());
        }
        let open = client.text(wait).await;
        if !open.starts_with('0') {
            fail(format!("not opened: {open}"));
        }
        client.send(&format!("40{NAMESPACE}{auth}")).await;
        let entered = client.text(wait).await;
        let accepted = entered.strip_prefix("40").map(without_namespace);
        let accepted: Value = match accepted.map(serde_json::from_str) {
            Some(Ok(accepted)) => accepted,
            _ => fail(format!("not let in: {entered}")),
        };
        client.session.pid = accepted
            .get("pid")
            .and_then(Value::as_str)
            .map(str::to_owned);
        client
    }

    /// What to show to go on after the last event seen.
    pub fn session(&self) -> SioSession {
        self.session.clone()
    }

    /// The next event: its frame, its name and its payload.
    pub async fn next_event(&mut self, wait: Duration) -> (String, String, Value) {
        loop {
            let text = self.text(wait).await;
            let Some(event) = text.strip_prefix("42").map(without_namespace) else {
                continue;
            };
            let Ok(Value::Array(mut parts)) = serde_json::from_str(event) else {
                fail(format!("no event: {text}"))
            };
            if let Some(Value::String(offset)) = parts.get(2) {
                self.session.offset = Some(offset.clone());
            }
            let name = parts.first().and_then(Value::as_str).unwrap_or_default();
            let name = name.to_owned();
            let data = parts.get_mut(1).map(Value::take).unwrap_or_default();
            return (text, name, data);
        }
    }

    /// Sends an event.
    pub async fn emit(&mut self, name: &str, data: &Value) {
        self.send(&format!("42{NAMESPACE}{}", json!([name, data])))
            .await;
    }

    /// Sends a packet as it stands.
    pub async fn send(&mut self, packet: &str) {
        let _ = self.stream.send(Message::text(packet)).await;
    }

    /// The next packet that is no ping; pings are answered.
    async fn text(&mut self, wait: Duration) -> String {
        let search = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) if text.as_str() == "2" => self.send("3").await,
                    Some(Ok(Message::Text(text))) => return text.to_string(),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    ended => fail(format!("closed instead of a packet: {ended:?}")),
                }
            }
        };
        match timeout(wait, search).await {
            Ok(text) => text,
            Err(_) => fail(format!("no packet within {wait:?}")),
        }
    }
}

fn without_namespace(packet: &str) -> &str {
    packet.strip_prefix(NAMESPACE).unwrap_or(packet)
}
