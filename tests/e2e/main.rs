//! End to end: through HTTP, sockets and a real SMTP conversation, on real PostgreSQL.
//!
//! One folder an area, one program for all of them: they share a cluster, and each test has a
//! database of its own. What most tests begin with is in `desk` and `chat`. To add a subject: a
//! file in its area, and its line in the area's `mod.rs`.

mod access;
mod chat;
mod demo;
mod desk;
mod documents;
mod faq;
mod mail;
mod messages;
mod people;
mod requests;
mod seeded;
mod sockets;
mod tickets;
