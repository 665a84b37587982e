//! Finding answers: what is asked of a search, and what it answers.
//!
//! - `typed`: what people type into a search box;
//! - `nearness`: how many slips of the finger lie between two words;
//! - `relevance`: what a term is worth, and which answers are answers at all.
//!
//! Which stems a word has, and which texts hold them, is the store's matter. To search in one more
//! way: a [`Manner`].

pub mod nearness;
pub mod relevance;
pub mod typed;

use std::collections::BTreeSet;

use async_trait::async_trait;
use shared_kernel::StoreError;

use crate::article::ArticleFile;
use crate::locale::Languages;
use crate::ports::ArticleFilter;

/// How somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// A search that was finished: its last word may stand for longer ones, words may be misspelt,
    /// and an answer must match a good part of it.
    Finished,
    /// A search that is still being typed.
    BeingTyped,
    /// A letter: only its telling words count, and only answers that match several of them.
    Letter,
}

/// Nobody reads on after so many: more are never found.
pub const MOST_FOUND: u32 = 100;

/// A search.
#[derive(Debug, Clone)]
pub struct Search {
    /// As written.
    pub words: String,
    /// What the reader understands: an article is searched in the language they get it in.
    pub languages: Languages,
    /// Which articles are searched.
    pub filter: ArticleFilter,
    /// How it was asked.
    pub manner: Manner,
    /// How many of the best are passed over.
    pub offset: u32,
    /// How many articles are wanted at the most.
    pub limit: u32,
}

impl Search {
    /// Whether what was found shows that the knowledge base has no answer: nothing was, and all of
    /// it was searched. Another part of it than the one searched may have the answer.
    pub fn is_unanswered(&self, found: &Found) -> bool {
        found.total == 0 && !self.filter.is_narrowed()
    }
}

/// An article that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundArticle {
    /// The article.
    pub file: ArticleFile,
    /// How well it answers; 1 is a rare word in a short question. Only good for comparing.
    pub score: f32,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Best first; equally good ones in the order of their ids.
    pub articles: Vec<FoundArticle>,
    /// How many there are in all, up to [`MOST_FOUND`].
    pub total: u32,
    /// The words that matched, as they stand in the articles, folded.
    pub marks: BTreeSet<String>,
}

/// Finds articles.
#[async_trait]
pub trait FaqSearch: Send + Sync {
    /// Runs a search.
    async fn search(&self, search: &Search) -> Result<Found, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::CategoryId;
    use crate::rights::Scope;

    fn search(filter: ArticleFilter) -> Search {
        Search {
            words: "vidange".to_owned(),
            languages: Languages::default(),
            filter,
            manner: Manner::Finished,
            offset: 0,
            limit: MOST_FOUND,
        }
    }

    fn whole() -> ArticleFilter {
        ArticleFilter::all(Scope::Published)
    }

    #[test]
    fn a_search_of_the_whole_base_that_found_nothing_is_unanswered() {
        let one = Found {
            total: 1,
            ..Found::default()
        };
        for published in [None, Some(true)] {
            let filter = ArticleFilter {
                published,
                ..whole()
            };
            assert!(search(filter.clone()).is_unanswered(&Found::default()));
            assert!(!search(filter).is_unanswered(&one));
        }
    }

    #[test]
    fn a_narrowed_search_says_nothing_of_what_the_base_lacks() {
        let of_a_category = ArticleFilter {
            category: CategoryId::parse("orders"),
            ..whole()
        };
        let with_a_tag = ArticleFilter {
            tags: vec!["colis".to_owned()],
            ..whole()
        };
        let of_drafts = ArticleFilter {
            published: Some(false),
            ..ArticleFilter::all(Scope::All)
        };
        for filter in [of_a_category, with_a_tag, of_drafts] {
            assert!(!search(filter).is_unanswered(&Found::default()));
        }
    }
}
