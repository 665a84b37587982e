//! Conversations.

mod queries;
mod rows;
mod sharing;
mod unit;
mod writing;

pub(crate) use writing::{insert, insert_nothing};
