//! Guichet: a support desk and messaging server. One binary, one PostgreSQL.
//!
//! A thin shell around the domain crates: command line, wiring, HTTP, its half of
//! real time, background jobs. `bootstrap` is the only place that knows which implementation stands
//! behind which port.

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
