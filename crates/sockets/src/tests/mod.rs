//! The protocols as a whole: a real server on a port of its own, real clients.

mod echo;
mod engine;
#[expect(unreachable_pub, reason = "the test kit's own, which is public there")]
#[path = "../../../../tests/src/eventually.rs"]
mod eventually;
mod hostile;
mod polling;
#[expect(dead_code, reason = "some of it is for tests of what runs on top")]
mod raw;
mod server;
mod socket_io;
mod wait;
