//! Who may do what, and what gets out to whom.
//!
//! `rules` is the table of rights as data, `people` who asks. To add a subject: a file, and its line here.

mod identity;
mod internal_notes;
mod nothing_internal;
mod people;
mod rights;
mod route_coverage;
mod rules;
mod tokens;
