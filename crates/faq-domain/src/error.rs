//! Why a request on the knowledge base was not done.

use shared_kernel::StoreError;

use crate::locale::Locale;

/// A half of an article's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    Question,
    Answer,
}

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum FaqError {
    /// Absent, or not the caller's to know of.
    #[error("no such article")]
    ArticleNotFound,
    /// Absent, or not the caller's to know of.
    #[error("no such category")]
    CategoryNotFound,
    /// The article never had this version.
    #[error("no such version of this article")]
    VersionNotFound,
    /// The category an article should stand in is not there.
    #[error("the category is not there")]
    UnknownCategory,
    /// Another category has this id.
    #[error("there is a category with this id")]
    CategoryExists,
    /// Articles stand in the category.
    #[error("articles stand in this category")]
    CategoryNotEmpty,
    /// The article would be left without a text, or have too many.
    #[error("an article has 1 to 20 languages")]
    Languages,
    /// A language the article is not in was given only half of its text.
    #[error("a new language needs both a question and an answer")]
    HalfAText {
        /// The new language.
        locale: Locale,
        /// The half that is missing.
        missing: Half,
    },
    /// The article moved on from the version the caller expected.
    #[error("the article has another version by now")]
    VersionMismatch,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
