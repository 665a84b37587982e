//! Real time: who is connected, what reaches them, and how they get what they missed.
//!
//! The way of an event: the store commits it and hands it to the [`relay`], which puts every
//! stream's numbers in order (`tracker`), fills holes from the event log and gives the result to
//! the [`hub`]. The hub encodes it once per [`dialect`] and places it in the bounded queue
//! ([`outbox`]) of each connection that follows its stream. One task per socket
//! (`native::session`) empties that queue and adds the [`cursor`] of that socket.
//!
//! The hub knows nothing of framing. To add a dialect: implement [`dialect::Dialect`], register a
//! [`connection::Connection`] that uses it, and drain its outbox through [`place::Place`].
//! To add a client event: an arm in `native::commands`.

pub mod admission;
pub mod close;
pub mod connection;
pub mod cursor;
pub mod dialect;
pub mod feed;
pub mod flood;
pub mod gateway;
pub mod hub;
pub mod join;
mod measures;
pub mod native;
mod outage;
pub mod outbox;
pub mod peer;
pub mod place;
mod presence;
pub mod relay;
pub mod rooms;
pub mod settings;
pub mod tracker;

#[cfg(test)]
mod tests;

pub use gateway::{Authenticate, Gateway, Refusal};
pub use hub::Hub;
pub use native::configure;
pub use outbox::OutboxLimits;
pub use peer::bound_silence;
pub use relay::{RelayHandle, RelaySettings};
pub use rooms::RoomId;
pub use settings::{ClientAddress, RealtimeLimits, RealtimeSettings};
