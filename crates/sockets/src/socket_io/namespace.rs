//! What namespaces do: let clients in, and answer their events.

use std::collections::VecDeque;
use std::future::pending;

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use serde_json::{Map, Value};

use crate::close::CloseReason;
use crate::engine_io::Frame;
use crate::flood::Verdict;

/// An event of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientEvent {
    /// Its name.
    pub name: String,
    /// Its arguments; bytes stand as `{"_placeholder": true, "num": n}`.
    pub args: Vec<Value>,
    /// The bytes.
    pub attachments: VecDeque<Bytes>,
    /// Set when the client wants an answer.
    pub ack: Option<i64>,
}

/// A client let into a namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its name there.
    pub sid: String,
    /// The session key, when what it misses can be recovered.
    pub pid: Option<String>,
}

/// Why a client is not let in.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectRefused {
    /// It is told, and may try again on the same connection.
    Told {
        /// The error's message.
        message: &'static str,
        /// The error's data.
        data: Option<Value>,
    },
    /// The connection is closed.
    Closed(CloseReason),
}

impl From<CloseReason> for ConnectRefused {
    fn from(reason: CloseReason) -> Self {
        Self::Closed(reason)
    }
}

/// What namespaces do.
pub trait NamespaceApp: Send + Sync + 'static {
    /// One connection's part of it.
    type Session: NamespaceSession;

    /// Whether a request may be served at all.
    fn allows(&self, _request: &HttpRequest) -> bool {
        true
    }

    /// A connection is opened; it is in no namespace yet.
    ///
    /// # Errors
    /// Why it is turned away.
    fn open(&self, request: &HttpRequest) -> Result<Self::Session, actix_web::Error>;
}

/// One connection, in any number of namespaces.
pub trait NamespaceSession: Send + 'static {
    /// Whether there is such a namespace.
    fn serves(&self, namespace: &str) -> bool;

    /// The client wants into a namespace it is not in. `out` is sent after the acceptance.
    ///
    /// # Errors
    /// [`ConnectRefused`].
    fn on_connect(
        &mut self,
        namespace: &str,
        auth: Map<String, Value>,
        out: &mut Vec<Frame>,
    ) -> impl Future<Output = Result<Accepted, ConnectRefused>> + Send;

    /// An event in a namespace the client is in.
    ///
    /// # Errors
    /// Why the connection is to be closed.
    fn on_event(
        &mut self,
        namespace: &str,
        event: ClientEvent,
        verdict: Verdict,
        out: &mut Vec<Frame>,
    ) -> impl Future<Output = Result<(), CloseReason>> + Send;

    /// The client leaves a namespace.
    ///
    /// # Errors
    /// Why the connection is to be closed.
    fn on_disconnect(&mut self, _namespace: &str) -> Result<(), CloseReason> {
        Ok(())
    }

    /// As [`EngineSession::next`](crate::engine_io::EngineSession::next).
    ///
    /// # Errors
    /// Why the connection is to be closed.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Frame>, CloseReason>> + Send {
        pending()
    }

    /// As [`EngineSession::ended`](crate::engine_io::EngineSession::ended).
    fn ended(&mut self) -> impl Future<Output = CloseReason> + Send {
        pending()
    }

    /// The connection is over.
    fn on_close(&mut self, _reason: &CloseReason) {}
}
