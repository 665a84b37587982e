//! How the database is reached: opening connections, keeping them in pools, the server's own state.
//!
//! `connect` opens one connection, over TCP or over the `quiet_socket` of this machine; `session` is
//! a connection in a pool and what is known of it; `pool` makes a pool and checks sessions out;
//! `thread_pools` keeps a pool per serving thread, whose connections that `pool_thread` drives.
//! `server_admin` makes databases and asks what the server promises; `migrations` bring the schema
//! up to date. Nothing here knows a table.

pub(crate) mod connect;
pub(crate) mod migrations;
pub(crate) mod pool;
pub(crate) mod pool_thread;
mod quiet_socket;
pub(crate) mod server_admin;
pub(crate) mod session;
pub(crate) mod thread_pools;
