//! Finding answers: what is asked of a search, and what it answers.
//!
//! How words are compared is the store's matter. To search in one more way: a [`Manner`].

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
