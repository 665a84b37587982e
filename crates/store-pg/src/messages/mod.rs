//! Conversations.
//!
//! `insert` and `named` are what a commit writes and checks; `writing` changes messages, `find` reads
//! one, `queries` lists and counts, `customers` lists whom staff may write to, `rows` knows what the columns mean, `unit` is the unit of work as
//! the domain sees it; `sharing` says who has to do with whom.

mod customers;
mod find;
pub(crate) mod insert;
pub(crate) mod named;
mod queries;
mod rows;
mod sharing;
mod unit;
mod writing;
