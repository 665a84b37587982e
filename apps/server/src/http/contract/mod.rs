//! What a handler takes and how it refuses, told by the types of its arguments and of its answer.
//!
//! The OpenAPI document is made of it, so that what the code asks and what the document says are one thing. An
//! extractor's part ([`Takes`]) stands beside its `FromRequest`. `takes` is who tells, `handled` where a route of the
//! table tells it; what is collected, and how it completes the document, is the crate `api-contract`.

mod handled;
mod takes;

pub use api_contract::Terms;
pub use handled::Route;
pub use takes::{Answers, Takes};
