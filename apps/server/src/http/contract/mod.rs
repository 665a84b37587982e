//! What a handler takes and how it refuses, told by the types of its arguments and of its answer.
//!
//! The OpenAPI document is made of it, so that what the code asks and what the document says are one thing. An
//! extractor's part ([`Takes`]) stands beside its `FromRequest`. The table of routes collects it; what is collected, and
//! how it completes the document, is the crate `api-contract`.

mod takes;

pub use api_contract::Terms;
pub use takes::{Answers, Takes};
