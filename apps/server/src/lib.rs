//! Guichet: a support desk and messaging server. One binary, one PostgreSQL.
//!
//! A shell around the domain crates: command line, wiring, HTTP, units of work, what events become, its
//! half of real time, jobs and chores. `bootstrap` alone chooses which implementation stands behind which
//! port. Each module is a room: which may name which, and how to add one, is in `docs/ARCHITECTURE.md`
//! and `docs/CONTRIBUTING.md`.

pub mod auth;
pub mod bootstrap;
pub mod cli;
pub mod demo;
pub mod events;
pub mod faq;
pub mod http;
pub mod jobs;
pub mod live;
pub mod process;
pub mod work;
