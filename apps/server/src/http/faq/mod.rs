//! `/api/support/faq`: the knowledge base.
//!
//! Reading is public and shows what is published; staff see everything. To add an endpoint: a file,
//! its line here, in `routes` (before `{faqId}`) and in `openapi`.

pub mod categories;
pub mod contact_suggestions;
pub mod create;
pub mod delete;
pub mod entity_tag;
pub mod faq_path;
pub mod fields;
pub mod languages;
pub mod list;
pub mod restore;
pub mod search;
pub mod show;
pub mod stats;
pub mod suggest;
pub mod unanswered;
pub mod update;
mod version_path;
pub mod versions;
pub mod visitor;
pub mod vote;
