//! Text search: the one place that knows which words the texts have.
//!
//! - `terms`: what each word of a search stands for in the knowledge base: its stem, its family,
//!   what it begins, what it was meant to be;
//! - `postings`: which texts hold its words, and what they come to;
//! - `faq`: the search of the knowledge base;
//! - `unanswered`: what was searched there and not found.
//!
//! What was typed, how near two words are and what an answer is worth is said by
//! [`faq_domain::search`].
//!
//! Tickets and messages are found by PostgreSQL's own search (`matches_words`), newest first: their
//! readers know what they look for. The stems are the same, the configurations `guichet_fr`,
//! `guichet_en` and `guichet_plain` are made by migrations. To add a language: a configuration and
//! a line in the `faq_*` functions, in a migration that writes its texts once more.

mod faq;
mod postings;
mod terms;
mod unanswered;

/// For PostgreSQL's own search, which knows `or` only in English; a French speaker writes OU.
pub(crate) fn web_search(words: &str) -> String {
    words.replace(" OU ", " or ")
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_french_or_is_understood_by_an_english_search() {
        assert_eq!(web_search("frein OU batterie"), "frein or batterie");
    }
}
