//! Sockets, without a word of the product: what carries messages, not what they say.
//!
//! From the network upwards: [`listener`] serves HTTP over connections that can be cut ([`Line`]), as
//! many as there may be ([`MostConnections`]), with answers that cost little while nobody reads them;
//! [`websocket`] opens a WebSocket on one, [`engine_io`] keeps sessions over it or over polling,
//! [`socket_io`] puts namespaces into such a session. Beside them what every protocol needs: the
//! [`Heartbeat`], the [`FloodMeter`], [`Quotas`] of whoever asks, instants ahead ([`deadline`]), why a socket is closed ([`CloseReason`]) and where it shows
//! its token ([`bearer`]).
//!
//! To speak another protocol over a WebSocket: [`websocket::open`] in its handler and one task per
//! socket. To say something over Socket.IO: a [`socket_io::NamespaceApp`].
#![warn(missing_docs)]
// Of times: numbers are let through by `clippy.toml`.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod answer;
pub mod bearer;
mod close;
mod crowd;
pub mod deadline;
pub mod engine_io;
mod flood;
mod flow;
mod heartbeat;
mod line;
pub mod listener;
mod quota;
pub mod socket_io;
mod unsent;
pub mod websocket;

#[cfg(test)]
mod tests;

pub use close::CloseReason;
pub use crowd::{MostConnections, NetworkOf};
pub use flood::{FloodMeter, Verdict};
pub use flow::Cut;
pub use heartbeat::{Heartbeat, Rhythm};
pub use line::{Line, bound_silence};
pub use quota::Quotas;

// The echo is one file for the tests here and for the example, which knows this crate by its name.
#[cfg(test)]
extern crate self as sockets;
