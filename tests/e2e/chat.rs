//! What tests of conversations begin with: Jean, a customer; Claire of support; and who speaks for
//! them on a socket, in either dialect.

use std::time::Duration;

use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::node_client::NodeClient;
use testkit::ws_client::WsClient;
use testkit::{Api, TestServer};

pub const MESSAGES: &str = "/api/messages";
pub const WAIT: Duration = testkit::PATIENCE;
pub const JEAN: &str = "jean.dupont@example.com";

/// A server, and callers it has met.
pub struct Chat {
    pub server: TestServer,
    pub jean: Api,
    pub claire: Api,
}

impl Chat {
    pub async fn start() -> Self {
        let server = TestServer::start().await;
        let (jean, claire) = (
            server.customer("cst-jean", JEAN),
            server.staff("staff-claire"),
        );
        for caller in [&jean, &claire] {
            caller.get(MESSAGES).await.expect(200);
        }
        Self {
            server,
            jean,
            claire,
        }
    }

    pub async fn socket(&self, role: Role, id: &str) -> WsClient {
        let mut socket = WsClient::connect(
            &self.server.socket_url(),
            &self.server.token(role, id, None),
        )
        .await;
        socket.wait_for("connected", WAIT).await;
        socket
    }

    /// A message of Jean's to Claire; answers its id.
    pub async fn message(&self, content: &str) -> String {
        self.jean
            .post(MESSAGES, &said(content))
            .await
            .expect(201)
            .text_at("/data/id")
            .to_owned()
    }
}

/// The form of a message of Jean's to Claire.
pub fn said(content: &str) -> Value {
    json!({ "customerId": "cst-jean", "staffId": "staff-claire", "subject": "RE: Problème démarrage", "content": content })
}

/// A path at or below a message.
pub fn at(id: &str, end: &str) -> String {
    format!("{MESSAGES}/{id}{end}")
}

/// What speaks for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Native,
    /// The unmodified client from npm, in a process of its own.
    SocketIo,
}

/// A client in either dialect.
pub enum Talker {
    Native(Box<WsClient>),
    SocketIo(Box<NodeClient>),
}

impl Talker {
    /// Connects, and answers the greeting beside the client; none where Node cannot be had.
    pub async fn connect(
        dialect: Dialect,
        server: &TestServer,
        token: &str,
    ) -> Option<(Self, Value)> {
        let mut talker = match dialect {
            Dialect::Native => Self::Native(Box::new(
                WsClient::connect(&server.socket_url(), token).await,
            )),
            Dialect::SocketIo => {
                let options = json!({ "tokens": [token], "transports": ["websocket"] });
                let address = format!("http://{}", server.server.address);
                Self::SocketIo(Box::new(NodeClient::stock(&address, &options)?))
            }
        };
        let connected = talker.hear("connected").await;
        Some((talker, connected))
    }

    /// The payload of the next event of this name; others before it are passed over.
    pub async fn hear(&mut self, name: &str) -> Value {
        match self {
            Self::Native(socket) => {
                let mut event = socket.wait_for(name, WAIT).await;
                event["data"].take()
            }
            Self::SocketIo(client) => client.event(name).await,
        }
    }

    /// Sends an event and waits for its ack.
    pub async fn say(&mut self, name: &str, data: &Value) -> Value {
        match self {
            Self::Native(socket) => {
                let frame = json!({ "event": name, "data": data, "id": 1 });
                socket.send(&frame).await;
                socket.wait_for_ack(1, WAIT).await
            }
            Self::SocketIo(client) => {
                let command = json!({ "do": "emit", "name": name, "data": data });
                client.order(&command).await;
                client.wait_for("ack").await["ack"].take()
            }
        }
    }
}
