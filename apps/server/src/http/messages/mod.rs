//! `/api/messages`: conversations between customers and staff.

pub mod archive;
pub mod close;
pub mod create;
pub mod customers;
pub mod delete;
pub mod edit;
pub mod envelope;
pub mod list;
mod message_path;
pub mod overview;
pub mod presence;
pub mod put_away;
pub mod read;
pub mod reply;
pub mod show;
pub mod stats;
