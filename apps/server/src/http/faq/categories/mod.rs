//! `/api/support/faq/categories`: the shelves articles stand on.

mod category_path;
pub mod create;
pub mod delete;
pub mod list;
pub mod show;
pub mod update;
