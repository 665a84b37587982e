//! The native dialect: `GET /ws/messaging`, JSON text frames.
//!
//! `frames` is the wire format, `handshake` the door, `session` the task of one socket, `joining` its start, `wire` its
//! writing half, `commands` what clients may ask.

mod commands;
mod frames;
mod handshake;
mod joining;
mod session;
mod wire;

pub use frames::{NATIVE, Native};
pub use handshake::{HandshakeRefused, PATH, configure};
