//! The native dialect: `GET /ws/messaging`, JSON text frames.
//!
//! `frames` is the wire format, `handshake` opens a socket, `session` is its task, `commands` leads its
//! events to what all dialects share.

mod commands;
mod frames;
#[doc(hidden)]
pub mod fuzzed;
mod handshake;
mod session;

pub use frames::{NATIVE, Native};
pub use handshake::{PATH, configure};
