//! Whatever is sent, to any route: never a 500, always a problem that names every refused field.
//!
//! `problems` has what every refusal must be. To add a subject: a file, and its line here.

mod addresses;
mod anything;
mod bodies;
mod fields;
mod forms;
mod headers;
mod idempotency;
mod kept_answers;
mod pages;
mod pasted;
pub mod problems;
pub mod raw_http;
mod routes;
mod spellings;
mod visitors;
