//! `/api/support/contact`: tickets.

pub mod add_response;
pub mod assign;
pub mod change_status;
pub mod create;
pub(in crate::http) mod date_bound;
pub mod escalate;
pub mod filters;
pub mod list;
mod list_cursor;
mod list_part;
pub mod rate;
pub mod responses;
pub mod search;
pub mod show;
pub mod stats;
mod thread_cursor;
mod ticket_path;
