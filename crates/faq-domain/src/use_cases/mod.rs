//! One file per verb. Each runs inside a unit of work that its caller opens and commits, and answers
//! with what others are to hear of: the caller writes it with the change.

mod create_article;
mod create_category;
mod delete_article;
mod delete_category;
mod enter_defaults;
mod import_base;
mod restore_article;
#[cfg(test)]
mod tests;
mod update_article;
mod update_category;
mod vote;

pub use create_article::{CreateArticle, create_article};
pub use create_category::{CreateCategory, create_category};
pub use delete_article::delete_article;
pub use delete_category::delete_category;
pub use enter_defaults::enter_defaults;
pub use import_base::{Base, BaseArticle, ImportError, Imported, import_base};
pub use restore_article::{RestoreArticle, restore_article};
pub use shared_kernel::Surroundings;
pub use update_article::{UpdateArticle, UpdateText, update_article};
pub use update_category::{UpdateCategory, update_category};
pub use vote::vote;

use chrono::{DateTime, Utc};
use shared_kernel::{Done, FaqId, UserId, Versions};

use crate::article::{Article, ArticleFile};
use crate::category::Category;
use crate::error::FaqError;
use crate::events::FaqEvent;
use crate::ports::FaqTx;
use crate::version::{ArticleVersion, CategoryVersion, Change};

/// What a verb comes to: its value and what it tells, or a refusal.
pub type Outcome<T, E = FaqError> = Result<Done<T, FaqEvent>, E>;

/// Locks an article that is at the expected version.
async fn lock_expected(
    tx: &mut dyn FaqTx,
    id: &FaqId,
    expected_version: Option<&Versions>,
) -> Result<ArticleFile, FaqError> {
    let file = tx
        .lock_article(id)
        .await?
        .ok_or(FaqError::ArticleNotFound)?;
    match expected_version {
        Some(expected) if !expected.holds(file.article.version) => Err(FaqError::VersionMismatch),
        Some(_) | None => Ok(file),
    }
}

/// Keeps an article's new state as a version; answers what everybody is to hear of it.
async fn keep(
    tx: &mut dyn FaqTx,
    article: &Article,
    change: Change,
    by: &UserId,
    at: DateTime<Utc>,
) -> Result<FaqEvent, FaqError> {
    tx.keep_article_version(&ArticleVersion {
        article: article.clone(),
        change,
        by: by.clone(),
        at,
    })
    .await?;
    Ok(FaqEvent::Article {
        id: article.id.clone(),
        version: article.version,
        change,
    })
}

/// The same, for a category.
async fn keep_category(
    tx: &mut dyn FaqTx,
    category: &Category,
    change: Change,
    by: &UserId,
    at: DateTime<Utc>,
) -> Result<FaqEvent, FaqError> {
    tx.keep_category_version(&CategoryVersion {
        category: category.clone(),
        change,
        by: by.clone(),
        at,
    })
    .await?;
    Ok(FaqEvent::Category {
        id: category.id.clone(),
        version: category.version,
        change,
    })
}
