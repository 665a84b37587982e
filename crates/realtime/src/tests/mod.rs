//! Real time as a whole: a real server on a port of its own, an event log in memory, real clients.

mod commands;
pub(crate) mod events;
#[expect(unreachable_pub, reason = "the test kit's own, which is public there")]
#[path = "../../../../tests/src/eventually.rs"]
mod eventually;
mod feed;
mod limits;
mod live;
mod log;
#[expect(
    unreachable_pub,
    reason = "the test kit's own client, which is public there"
)]
#[path = "../../../../tests/src/node_client.rs"]
mod node_client;
#[path = "../../../sockets/src/tests/raw.rs"]
mod raw;
mod relay;
mod resume;
mod rooms;
mod server;
mod socket_io;
mod stock_client;
#[path = "../../../sockets/src/tests/wait.rs"]
mod wait;
#[expect(
    unreachable_pub,
    reason = "the test kit's own client, which is public there"
)]
#[expect(dead_code, reason = "some of it is for tests of the whole server")]
#[path = "../../../../tests/src/ws_client.rs"]
mod ws_client;
