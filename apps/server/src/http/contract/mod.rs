//! What a handler takes and how it refuses, told by the types of its arguments and of its answer.
//!
//! The OpenAPI document is made of it, so that what the code asks and what the document says are one thing. An
//! extractor's part ([`Takes`]) stands beside its `FromRequest`. `terms` is what is collected, `takes` who tells,
//! `handled` where a route of the table tells it.

mod handled;
mod takes;
mod terms;

pub use handled::{Route, web};
pub use takes::{Answers, Takes};
pub use terms::{Body, Refusal, Terms};
