//! Text search: the one place that knows how words are compared.
//!
//! - `typed`: what people type into a search box: `OU`, "phrases", -without;
//! - `nearness`: how many slips of the finger lie between two words;
//! - `terms`: what each word of a search stands for in the knowledge base: its stem, its family,
//!   what it begins, what it was meant to be;
//! - `postings`: which texts hold its words, and what they come to;
//! - `relevance`: what a term is worth, and which answers are answers at all;
//! - `faq`: the search of the knowledge base;
//! - `unanswered`: what was searched there and not found.
//!
//! Tickets and messages are found by PostgreSQL's own search (`matches_words`), newest first: their
//! readers know what they look for. The stems are the same, the configurations `guichet_fr`,
//! `guichet_en` and `guichet_plain` are made by migrations. To add a language: a configuration and
//! a line in the `faq_*` functions, in a migration that writes its texts once more.

mod faq;
mod nearness;
mod postings;
mod relevance;
mod terms;
mod typed;
mod unanswered;

pub(crate) use typed::web_search;

/// The condition that a message's vector (of the row `$row`) matches what [`web_search`] made of
/// the words typed.
macro_rules! matches_words {
    ($row:literal) => {
        concat!(
            $row,
            ".msg_search @@ websearch_to_tsquery('guichet_fr', {})"
        )
    };
}
pub(crate) use matches_words;
