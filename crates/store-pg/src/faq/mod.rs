//! The knowledge base.
//!
//! `articles` and `categories` write, `history` keeps versions, `queries` and `figures` read,
//! `rows` knows what the columns mean, `unit` is the unit of work as the domain sees it. What readers
//! do is apart: `page_views`, `votes`, and `counters`, which servers follow.

mod articles;
mod categories;
mod counters;
mod figures;
mod history;
mod page_views;
mod queries;
mod rows;
mod unit;
mod votes;

pub(crate) use articles::with_ids as articles_with_ids;
pub use counters::{FaqNews, FaqPosition};
pub use page_views::CountedView;
pub(crate) use rows::is_public;
