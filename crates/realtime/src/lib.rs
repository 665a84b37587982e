//! Real time: who is connected, what reaches them, and how they get what they missed.
//!
//! The way of an event: the store commits it and hands it to the relay ([`log`]), which puts every
//! stream's numbers in order, fills holes from the event log and gives the result to the [`Hub`].
//! The hub encodes it once per dialect and places it in the bounded queue of each connection that
//! follows its stream. One task per socket empties that queue and adds the cursor of that socket.
//!
//! - `hub/`: who is connected, their queues, rooms and presence
//! - `log/`: from the event log to the hub, cursors, and coming back with one
//! - `door/`: who may open a socket at all
//! - `member/`: a connection whose user is known, and what it may ask, whatever it speaks
//! - `typing/`: who types to whom
//! - `native/`, `socket_io/`: the two dialects, over the protocols of the `sockets` crate
//! - `gateway.rs`: what the task of every socket shares; `ports.rs`: what the server around it lends
//!
//! To add a client event: an arm in `member/commands.rs`. To add a dialect: implement
//! `dialect::Dialect`, enter a connection that uses it into the hub, and serve it through `member`.
//! Nothing here knows HTTP statuses, tokens or SQL: see [`Ports`].
#![warn(missing_docs)]
// Of times: numbers are let through by `clippy.toml`.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod dialect;
mod door;
#[doc(hidden)]
pub mod fuzzed;
mod gateway;
mod hub;
pub mod log;
mod measures;
mod member;
mod native;
mod ports;
mod settings;
mod socket_io;
mod typing;

#[cfg(test)]
mod tests;

use actix_web::web;
pub use dialect::ServerEvent;
pub use door::HandshakeRefused;
pub use gateway::Gateway;
pub use hub::{ConnectionId, Hub, HubCounts, OutboxLimits, RoomId};
pub use ports::{Authenticate, Conversation, Conversations, Ports, Refusal};
pub use settings::{ClientAddress, RealtimeLimits, RealtimeSettings};
pub use socket_io::{MessagingEngine, messaging_engine};

/// Adds the routes of both dialects. Needs `web::Data` of the [`Gateway`] and of the
/// [`MessagingEngine`] in the application.
pub fn configure(app: &mut web::ServiceConfig) {
    native::configure(app);
    socket_io::configure(app);
}
