//! Real time: who is connected, what reaches them, and how they get what they missed.
//!
//! The way of an event: the store commits it and hands it to the [`relay`], which puts every
//! stream's numbers in order (`tracker`), fills holes from the event log and gives the result to
//! the [`hub`]. The hub encodes it once per [`dialect`] and places it in the bounded queue
//! ([`outbox`]) of each connection that follows its stream. One task per socket
//! (`native::session`, `engine::websocket`, `engine::polling`) empties that queue and adds the
//! [`cursor`] of that socket.
//!
//! Two dialects: [`native`], JSON over WebSocket, and [`socketio`] over the transports of
//! [`engine`]; `wire` is the WebSocket under both. Both lead a known user's connection through `member` and `commands`.
//!
//! The hub knows nothing of framing. To add a dialect: implement [`dialect::Dialect`], enter a
//! [`connection::Connection`] that uses it into the hub, and serve it through `member`.
//! To add a client event: an arm in `commands`.

pub mod admission;
pub mod close;
mod commands;
pub mod connection;
pub mod conversations;
pub mod cursor;
pub mod dialect;
mod door;
mod elsewhere;
pub mod engine;
pub mod feed;
pub mod flood;
pub mod gateway;
pub mod hub;
pub mod join;
mod measures;
mod member;
pub mod native;
mod outage;
pub mod outbox;
pub mod peer;
pub mod place;
mod presence;
mod recovery;
pub mod relay;
pub mod rooms;
pub mod settings;
pub mod socketio;
pub mod tracker;
mod typing;
mod wire;

#[cfg(test)]
mod tests;

pub use conversations::{Conversations, NoConversations};
pub use door::HandshakeRefused;
pub use gateway::{Authenticate, Gateway, Refusal};
pub use hub::Hub;
pub use outbox::OutboxLimits;
pub use peer::{Line, bound_silence};
pub use relay::{RelayHandle, RelaySettings};
pub use rooms::RoomId;
pub use settings::{ClientAddress, RealtimeLimits, RealtimeSettings};

use actix_web::web;

/// Adds the routes of both dialects. Needs `web::Data<Gateway>` in the application.
pub fn configure(cfg: &mut web::ServiceConfig) {
    native::configure(cfg);
    socketio::configure(cfg);
}
