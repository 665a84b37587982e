//! Real time as a whole: a real server on a port of its own, an event log in memory, real clients.

mod commands;
mod echo;
mod engine;
pub(crate) mod events;
mod limits;
mod live;
mod log;
#[expect(
    unreachable_pub,
    reason = "the test kit's own client, which is public there"
)]
#[path = "../../../../../tests/src/node_client.rs"]
mod node_client;
mod polling;
mod raw;
mod relay;
mod resume;
mod server;
mod socket_io;
mod stock_client;
#[expect(
    unreachable_pub,
    reason = "the test kit's own client, which is public there"
)]
#[expect(dead_code, reason = "some of it is for tests of the whole server")]
#[path = "../../../../../tests/src/ws_client.rs"]
mod ws_client;
