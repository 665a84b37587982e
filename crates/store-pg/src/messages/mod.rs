//! Conversations.

pub(crate) mod naming;
mod queries;
mod rows;
mod sharing;
mod unit;
pub(crate) mod writing;
