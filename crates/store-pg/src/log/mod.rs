//! The event log, and how instances tell each other of it and of who is connected.
//!
//! `event_log` is the truth; `wakeup` hints at it between instances; `neighbours` says whether there
//! are others; `presence` who is connected where.

pub(crate) mod event_log;
pub(crate) mod neighbours;
mod presence;
pub(crate) mod wakeup;
