//! The event log, and how instances tell each other of it and of who is connected.
//!
//! `entries` is what a commit writes, `event_log` what is read; `wakeup` hints between instances at
//! what was written, in `payload`s of NOTIFY; `neighbours` says whether there are others, `presence`
//! who is connected where; `rooms` is who hears an entry by having joined, `sessions` what sockets
//! have joined.

pub(crate) mod entries;
mod event_log;
pub(crate) mod neighbours;
pub(crate) mod payload;
mod presence;
mod rooms;
mod sessions;
pub(crate) mod wakeup;
