//! The knowledge base.
//!
//! `articles` and `categories` write, `history` keeps versions, `queries` and `figures` read,
//! `rows` knows what the columns mean, `unit` is the unit of work as the domain sees it.

mod articles;
mod categories;
mod figures;
mod history;
mod queries;
mod rows;
mod unit;
