//! Socket.IO version 5 over an engine.
//!
//! [`SocketIo`] keeps the protocol: which namespaces a client is in, acks, attachments, what
//! closes the connection. What a namespace does is a [`NamespaceApp`]'s.
//! To add a namespace: serve its name in the session's `serves`.
//! The protocol: <https://socket.io/docs/v4/socket-io-protocol/>.

#[doc(hidden)]
pub mod fuzzed;
mod namespace;
mod packets;
mod session;

pub use self::namespace::{Accepted, ClientEvent, ConnectRefused, NamespaceApp, NamespaceSession};
pub use self::packets::{AttachmentLimits, ack, event};
pub use self::session::{SocketIo, SocketIoSettings};
