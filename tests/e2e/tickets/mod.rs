//! Tickets, from the form to the figures.
//!
//! `forty` is what tests of lists begin with. To add a subject: a file, and its line here.

mod figures;
mod forty;
mod lifecycle;
mod list_cost;
mod lists;
mod long_texts;
mod search;
