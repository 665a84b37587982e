//! What callers see, defined once: for HTTP, for sockets and for what is kept in memory.
//!
//! A file or a folder a domain. Nothing here knows a protocol or a store; the names of the types
//! are those of the OpenAPI document. To show one more thing: a type with `Serialize` and
//! `ToSchema`, made from the domain's value, and its use in a handler or an event.

mod beginning;
pub mod faq;
mod instant;
mod labels;
pub mod messages;
pub mod people;
pub mod tickets;
pub mod words;

pub use instant::{Instant, instant};
pub use labels::{is_labelled, label};
