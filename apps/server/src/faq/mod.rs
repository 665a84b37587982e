//! What stands between the knowledge base and its readers and is neither HTTP nor SQL.
//!
//! - `cache`: what was read lately, until somebody changes it; knows nothing of articles;
//! - `articles`: articles as they are served, from memory; `kept`: one of them;
//! - `page_views`: which views count, and when they are written down;
//! - `follower`: keeps both in step with the database and the other instances;
//! - `horizon`: from where on it looks for changes;
//! - `unanswered`: counts searches that found nothing;
//! - `transfer`, `exchange`: the whole base as a file, out of the store and into it.

pub mod articles;
pub mod cache;
pub mod exchange;
pub mod follower;
mod horizon;
pub mod kept;
pub mod page_views;
pub mod transfer;
pub mod unanswered;
