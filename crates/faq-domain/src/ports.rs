//! What the knowledge base needs of the outside.
#![warn(missing_docs)]

use std::collections::BTreeMap;

use async_trait::async_trait;
use shared_kernel::{FaqId, Page, StoreError};

use crate::article::{Article, ArticleFile};
use crate::category::{Category, CategoryFile, CategoryId};
use crate::rights::Scope;
use crate::version::{ArticleVersion, CategoryVersion};

/// An open transaction over the knowledge base.
#[async_trait]
pub trait FaqTx: Send {
    /// True when nothing was ever written, and then nobody else gets this answer until the end.
    async fn claim_untouched_base(&mut self) -> Result<bool, StoreError>;

    /// Whether a category is there and published; it stays there until the end.
    async fn hold_category(&mut self, id: &CategoryId) -> Result<Option<bool>, StoreError>;

    /// Adds an article; false when its id is taken.
    async fn insert_article(&mut self, article: &Article) -> Result<bool, StoreError>;

    /// Reads an article and keeps others from changing it until the end.
    async fn lock_article(&mut self, id: &FaqId) -> Result<Option<ArticleFile>, StoreError>;

    /// Writes what changed between two states of a locked article.
    async fn update_article(&mut self, before: &Article, after: &Article)
    -> Result<(), StoreError>;

    /// Removes a locked article with its counters and votes.
    async fn delete_article(&mut self, id: &FaqId) -> Result<(), StoreError>;

    /// Keeps a version.
    async fn keep_article_version(&mut self, version: &ArticleVersion) -> Result<(), StoreError>;

    /// The last version of an article that is or was there.
    async fn last_article_version(&mut self, id: &FaqId) -> Result<Option<u64>, StoreError>;

    /// One version of an article that is or was there.
    async fn article_version(
        &mut self,
        id: &FaqId,
        version: u64,
    ) -> Result<Option<ArticleVersion>, StoreError>;

    /// Adds a category; false when its id is taken.
    async fn insert_category(&mut self, category: &Category) -> Result<bool, StoreError>;

    /// Reads a category and keeps others from changing it, and from putting articles into it,
    /// until the end.
    async fn lock_category(&mut self, id: &CategoryId) -> Result<Option<Category>, StoreError>;

    /// How many articles stand in a locked category.
    async fn articles_in(&mut self, id: &CategoryId) -> Result<u64, StoreError>;

    /// Writes what changed between two states of a locked category.
    async fn update_category(
        &mut self,
        before: &Category,
        after: &Category,
    ) -> Result<(), StoreError>;

    /// Removes a locked category that has no articles.
    async fn delete_category(&mut self, id: &CategoryId) -> Result<(), StoreError>;

    /// Keeps a version.
    async fn keep_category_version(&mut self, version: &CategoryVersion) -> Result<(), StoreError>;

    /// The last version of a category that is or was there.
    async fn last_category_version(&mut self, id: &CategoryId) -> Result<Option<u64>, StoreError>;
}

/// Which articles a list shows. `None` means any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleFilter {
    /// What the caller may see at all.
    pub scope: Scope,
    /// One category.
    pub category: Option<CategoryId>,
    /// Published for everybody to read, or not.
    pub published: Option<bool>,
    /// At least one of these tags; any tags when empty.
    pub tags: Vec<String>,
}

impl ArticleFilter {
    /// Everything a scope holds.
    pub fn all(scope: Scope) -> Self {
        Self {
            scope,
            category: None,
            published: None,
            tags: Vec::new(),
        }
    }

    /// Whether it leaves out articles a reader of this scope could be looking for.
    pub fn is_narrowed(&self) -> bool {
        self.category.is_some() || !self.tags.is_empty() || self.published == Some(false)
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How many articles come before it.
    pub offset: i64,
    /// How many it has at the most.
    pub limit: u32,
}

/// The last article of the part of a list that was already read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticlePosition {
    /// Its category.
    pub category: CategoryId,
    /// Its place there.
    pub order: i32,
    /// The article.
    pub id: FaqId,
}

/// What the articles of one category come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CategoryFigures {
    /// How many there are.
    pub articles: u64,
    /// How often they were viewed.
    pub views: i64,
}

/// The figures of what a caller may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FaqFigures {
    /// Of these, published ones.
    pub published: u64,
    /// By category; one without articles too.
    pub categories: BTreeMap<String, CategoryFigures>,
    /// Viewed most often; none when nothing was viewed.
    pub most_viewed: Option<ArticleFile>,
    /// Found helpful most often; none when nothing was.
    pub most_helpful: Option<ArticleFile>,
}

/// Reads the knowledge base.
#[async_trait]
pub trait FaqQueries: Send + Sync {
    /// A part of a filtered list: by the order of categories, then of articles.
    async fn articles(
        &self,
        filter: &ArticleFilter,
        window: Window,
    ) -> Result<Page<ArticleFile>, StoreError>;

    /// The part of it that comes after an article.
    async fn articles_after(
        &self,
        filter: &ArticleFilter,
        last: &ArticlePosition,
        limit: u32,
    ) -> Result<Page<ArticleFile>, StoreError>;

    /// One article.
    async fn article(&self, id: &FaqId) -> Result<Option<ArticleFile>, StoreError>;

    /// Some versions of an article that is or was there, those before one of them, latest first.
    async fn article_versions_before(
        &self,
        id: &FaqId,
        version: Option<u64>,
        limit: u32,
    ) -> Result<Vec<ArticleVersion>, StoreError>;

    /// All versions of an article that is or was there, latest first.
    async fn article_versions(&self, id: &FaqId) -> Result<Vec<ArticleVersion>, StoreError>;

    /// Categories in their order, each with the number of articles this scope holds.
    async fn categories(
        &self,
        scope: Scope,
        published: Option<bool>,
    ) -> Result<Vec<CategoryFile>, StoreError>;

    /// One category, with the number of articles this scope holds.
    async fn category(
        &self,
        id: &CategoryId,
        scope: Scope,
    ) -> Result<Option<CategoryFile>, StoreError>;

    /// The figures of what this scope holds.
    async fn figures(&self, scope: Scope) -> Result<FaqFigures, StoreError>;
}
