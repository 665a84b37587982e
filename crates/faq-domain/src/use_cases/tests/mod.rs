//! What each verb does, whom it refuses and what it tells others, in order. A file a verb.

mod create_article;
mod create_category;
mod delete_article;
mod delete_category;
mod enter_defaults;
mod import_base;
mod restore_article;
mod update_article;
mod update_category;
mod vote;
