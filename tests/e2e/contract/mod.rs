//! The OpenAPI document is what the server does.
//!
//! Every answer of every test is held against it (`testkit::contract`). `every_status` makes each operation answer each
//! status it names, `asking` is how it is asked for, `shape` what holds for the document as a whole, `typed_client` what
//! a client generated from it can do.

mod asking;
mod every_status;
mod shape;
mod typed_client;
