//! Real time as a whole: a real server on a port of its own, an event log in memory, real clients.

pub(crate) mod events;
mod limits;
mod live;
mod log;
mod relay;
mod resume;
mod server;
#[expect(
    unreachable_pub,
    reason = "the test kit's own client, which is public there"
)]
#[path = "../../../../../tests/src/ws_client.rs"]
mod ws_client;
