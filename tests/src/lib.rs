//! The kit of the black-box tests: a database per test, a server in this process, an SMTP server
//! that records, clients in either dialect and in Node, one generated from the OpenAPI document (`typed_client`), every answer held against the OpenAPI document (`contract`), a way that can be cut, a way that writes
//! statements down, a clock that moves.
//!
//! One throw-away PostgreSQL serves a test program; every test gets a clone of a migrated
//! template. To write a test: `TestServer::start().await`, speak to it as anybody outside would,
//! and wait for conditions, never for time. Others use the machine meanwhile: what is slow must not
//! fail, so a limit of time only ever ends a wait that is in vain ([`PATIENCE`]), and what is counted
//! is the test's own.

mod api;
mod clock;
pub mod contract;
mod database;
mod eventually;
pub mod node_client;
pub mod process;
pub mod proxy;
mod server;
pub mod sio_client;
pub mod smtp_sink;
pub mod statements;
pub mod typed_client;
pub mod ws_client;

pub use api::{Answer, Api};
pub use clock::MovableClock;
pub use database::{TestDatabase, admin_client};
pub use eventually::{PATIENCE, eventually};
pub use server::{TestOptions, TestServer, form};
