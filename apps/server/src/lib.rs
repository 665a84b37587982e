//! Guichet: a support desk and messaging server. One binary, one PostgreSQL.
//!
//! A thin shell around the domain crates: command line, configuration, wiring, HTTP, its half of
//! real time, background jobs. `bootstrap` is the only place that knows which implementation stands
//! behind which port.

pub mod auth;
pub mod bootstrap;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod demo;
pub mod desk_store;
pub mod events;
pub mod faq;
pub mod health;
pub mod http;
pub mod jobs;
pub mod live;
pub mod mail;
pub mod open_files;
pub mod random_ids;
pub mod rating_links;
pub mod state;
pub mod telemetry;
