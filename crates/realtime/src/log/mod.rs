//! From the event log to sockets: in order, without holes, and again for those who come back.
//!
//! - `relay`: committed events to the hub; its `tracker` orders them, `outage` waits out a database
//! - `cursor`, `place`: how far a client has come in the streams it follows; `hearing`: in those of
//!   others, because of what it has joined
//! - `join`, `recovery`: coming back with a cursor, or with the session key of Socket.IO; `session`: what stays
//!   the same then
//! - [`feed`]: the same log for readers without a socket

pub(crate) mod cursor;
pub mod feed;
pub(crate) mod hearing;
pub(crate) mod join;
mod outage;
pub(crate) mod place;
pub(crate) mod recovery;
pub(crate) mod relay;
pub(crate) mod session;
mod tracker;

pub use join::{Resync, resume_from, streams_of};
pub use place::Place;
pub use relay::{RelayHandle, RelaySettings};
