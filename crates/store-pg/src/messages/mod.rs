//! Conversations.

mod queries;
mod rows;
mod sharing;
mod unit;
mod writing;
