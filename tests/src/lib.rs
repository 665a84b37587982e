//! The kit of the black-box tests: a database per test, a server in this process, an SMTP server
//! that records, clients in either dialect and in Node, a way that can be cut, a way that writes
//! statements down, a clock that moves.
//!
//! One throw-away PostgreSQL serves a test program; every test gets a clone of a migrated
//! template. To write a test: `TestServer::start().await`, speak to it as anybody outside would,
//! and wait for conditions, never for time. Others use the machine meanwhile: what is slow must not
//! fail, so a limit of time only ever ends a wait that is in vain ([`PATIENCE`]), and what is counted
//! is the test's own.

mod api;
mod clock;
mod database;
pub mod node_client;
pub mod process;
pub mod proxy;
mod server;
pub mod sio_client;
pub mod smtp_sink;
pub mod statements;
pub mod ws_client;

pub use api::{Answer, Api};
pub use clock::MovableClock;
pub use database::{TestDatabase, admin_client};
pub use server::{TestOptions, TestServer, form};

use std::time::Duration;

/// How long anything may take to come true before the test fails. It costs only a test that fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until the answer is something.
///
/// # Panics
/// After [`PATIENCE`], naming what was waited for.
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            tokio::time::Instant::now() < until,
            "waited in vain for: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
