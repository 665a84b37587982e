//! The knowledge base.
//!
//! `readers` is what tests of reading begin with. To add a subject: a file, and its line here.

mod articles;
mod bad_input;
mod from_memory;
mod readers;
mod rights;
mod scenario;
mod search;
mod tags;
mod transfer;
mod versions;
mod views_and_votes;
mod without_database;
