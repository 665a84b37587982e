//! The store keeps what its ports promise, on real PostgreSQL.
//!
//! One file per promise; `desk` has the store and its doubles, `cost` counts what it read. To add
//! one: a file, a line below.

mod cost;
mod desk;
mod event_log;
mod executor;
mod faq;
mod faq_search;
mod figures;
mod housekeeping;
mod idempotency;
mod jobs;
mod lists;
mod messages;
mod migrations;
mod people;
mod prepared_lists;
mod sessions;
mod trust;
mod unit_of_work;
