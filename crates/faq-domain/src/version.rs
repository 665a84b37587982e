//! Versions: who changed what, when, and what it then was. They outlive what they are about.

use chrono::{DateTime, Utc};
use shared_kernel::UserId;

use crate::article::Article;
use crate::category::Category;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Created,
    Updated,
    Restored,
    Imported,
    Deleted,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 5] = [
        Self::Created,
        Self::Updated,
        Self::Restored,
        Self::Imported,
        Self::Deleted,
    ];

    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Restored => "restored",
            Self::Imported => "imported",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == text)
    }
}

/// A version of an article: how it stood after a change, or before it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleVersion {
    /// Its `version` is this version's number.
    pub article: Article,
    pub change: Change,
    pub by: UserId,
    pub at: DateTime<Utc>,
}

/// A version of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryVersion {
    /// Its `version` is this version's number.
    pub category: Category,
    pub change: Change,
    pub by: UserId,
    pub at: DateTime<Utc>,
}
