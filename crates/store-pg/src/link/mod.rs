//! How the database is reached: opening connections, keeping them in pools, the schema's state.
//!
//! `connect` opens one connection, over TCP or over the `quiet_socket` of this machine; `session` is
//! a connection in a pool; `pool` checks sessions out; `near` keeps a pool per serving thread;
//! `migrations` bring the schema up to date.

pub(crate) mod connect;
pub(crate) mod migrations;
pub(crate) mod near;
pub(crate) mod pool;
mod quiet_socket;
pub(crate) mod session;
