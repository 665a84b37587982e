//! Pages for people, rendered here. They work without scripts.
//!
//! To add a page: its file and its template, its line here, in `routes` and in `openapi`.

pub mod docs;
pub mod rating;
