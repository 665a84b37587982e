//! What stands between the knowledge base and its readers and is neither HTTP nor SQL.
//!
//! - `visitor`: tells readers apart without knowing who they are;
//! - `cache`: what was read lately, until somebody changes it; knows nothing of articles;
//! - `articles`: articles as they are served, from memory;
//! - `views`: which views count, and when they are written down;
//! - `follower`: keeps both in step with the database and the other instances;
//! - `horizon`: from where on it looks for changes.

pub mod articles;
pub mod cache;
pub mod follower;
mod horizon;
pub mod views;
pub mod visitor;
