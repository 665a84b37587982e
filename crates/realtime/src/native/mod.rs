//! The native dialect: `GET /ws/messaging`, JSON text frames.
//!
//! `frames` is the wire format, `handshake` opens a socket, `session` is its task, `commands` leads its
//! events to what all dialects share.

mod commands;
pub(crate) mod frames;
mod handshake;
mod session;

pub(crate) use frames::NATIVE;
pub(crate) use handshake::configure;
