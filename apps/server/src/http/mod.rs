//! HTTP: one endpoint, one file.
//!
//! `routes` is the whole table. A handler extracts, calls one use case, maps. `field` reads
//! requests into domain types, `write` runs a use case in a unit of work, `problem` maps every
//! error. `contract` is what the types of a handler's arguments tell the document. To add an endpoint: a file in
//! the resource's folder, a line in `routes`, its path in `openapi`, its row in the access tests.

pub mod answer;
pub mod caller;
pub mod client_address;
pub mod contract;
pub mod cross_origin;
pub mod cursor;
pub mod events;
pub mod faq;
pub mod field;
pub mod finish;
pub mod health;
pub mod if_none_match;
pub mod json_body;
pub mod large_answer;
pub mod large_turns;
pub mod messages;
pub mod openapi;
mod page_headers;
pub mod pages;
mod path_parameter;
pub mod people;
pub mod precondition;
pub mod problem;
pub mod query;
pub mod rate_limit;
pub mod repeatable;
mod request_id;
mod request_metrics;
pub mod routes;
pub mod state;
pub mod tickets;
mod turns;
pub mod warnings;
pub mod write;
