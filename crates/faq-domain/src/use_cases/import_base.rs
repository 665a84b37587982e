//! Imports categories and articles from a file: creates and updates, never deletes.

use shared_kernel::{Done, FaqId, StoreError, UserId};

use super::{CreateCategory, Outcome, Surroundings, keep, keep_category};
use crate::article::{Article, Content};
use crate::category::Category;
use crate::error::FaqError;
use crate::events::FaqEvent;
use crate::ports::FaqTx;
use crate::version::Change;

/// What the file says. What it does not name stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Base {
    pub categories: Vec<CreateCategory>,
    pub articles: Vec<BaseArticle>,
}

/// An article of the file.
#[derive(Debug, Clone)]
pub struct BaseArticle {
    pub id: FaqId,
    pub content: Content,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Entered or changed.
    pub categories: usize,
    /// Entered or changed.
    pub articles: usize,
    /// There already, just so.
    pub unchanged: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The categories of these articles, by their places, are neither in the file nor in the base.
    #[error("{}", lines(.0))]
    UnknownCategories(Vec<usize>),
    /// Anything else.
    #[error(transparent)]
    Faq(#[from] FaqError),
}

/// A line each.
fn lines(articles: &[usize]) -> String {
    let lines = articles.iter();
    let lines = lines.map(|place| format!("articles[{place}].category: unknown category"));
    lines.collect::<Vec<_>>().join("\n")
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Faq(error.into())
    }
}

/// Enters every category and article of a file, or brings it to what the file says. What is so
/// already gets no version.
///
/// # Errors
/// [`ImportError`]; then nothing may be committed.
pub async fn import_base(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    base: Base,
) -> Outcome<Imported, ImportError> {
    let mut imported = Imported::default();
    let mut events = Vec::new();
    // In the order of their ids, so that two imports cannot lock crosswise.
    let mut categories = base.categories;
    categories.sort_by(|a, b| a.id.cmp(&b.id));
    for category in categories {
        match enter_category(tx, with, by, category).await? {
            Some(event) => {
                imported.categories += 1;
                events.push(event);
            }
            None => imported.unchanged += 1,
        }
    }
    let mut articles: Vec<_> = base.articles.into_iter().enumerate().collect();
    articles.sort_by(|(_, a), (_, b)| a.id.as_str().cmp(b.id.as_str()));
    let mut unknown = Vec::new();
    for (place, article) in articles {
        match enter_article(tx, with, by, article).await {
            Ok(Some(event)) => {
                imported.articles += 1;
                events.push(event);
            }
            Ok(None) => imported.unchanged += 1,
            Err(FaqError::UnknownCategory) => unknown.push(place),
            Err(error) => return Err(error.into()),
        }
    }
    if !unknown.is_empty() {
        unknown.sort_unstable();
        return Err(ImportError::UnknownCategories(unknown));
    }
    Ok(Done::telling(imported, events))
}

/// `None` where it is so already.
async fn enter_category(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    ask: CreateCategory,
) -> Result<Option<FaqEvent>, FaqError> {
    let now = with.clock.now();
    let category = if let Some(before) = tx.lock_category(&ask.id).await? {
        if before.details == ask.details {
            return Ok(None);
        }
        let after = Category {
            details: ask.details,
            updated_at: now,
            version: before.version + 1,
            ..before.clone()
        };
        tx.update_category(&before, &after).await?;
        after
    } else {
        let last = tx.last_category_version(&ask.id).await?;
        let category = Category {
            id: ask.id,
            details: ask.details,
            created_at: now,
            updated_at: now,
            version: last.unwrap_or_default() + 1,
        };
        if !tx.insert_category(&category).await? {
            return Err(FaqError::CategoryExists);
        }
        category
    };
    let entered = keep_category(tx, &category, Change::Imported, by, now).await?;
    Ok(Some(entered))
}

/// `None` where it is so already.
async fn enter_article(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    ask: BaseArticle,
) -> Result<Option<FaqEvent>, FaqError> {
    let now = with.clock.now();
    let before = tx.lock_article(&ask.id).await?.map(|file| file.article);
    if before
        .as_ref()
        .is_some_and(|before| before.content == ask.content)
    {
        return Ok(None);
    }
    let category = tx.hold_category(&ask.content.category).await?;
    category.ok_or(FaqError::UnknownCategory)?;
    let article = if let Some(before) = before {
        let after = Article {
            content: ask.content,
            updated_at: now,
            version: before.version + 1,
            ..before.clone()
        };
        tx.update_article(&before, &after).await?;
        after
    } else {
        let last = tx.last_article_version(&ask.id).await?;
        let article = Article {
            id: ask.id,
            content: ask.content,
            created_by: by.clone(),
            created_at: now,
            updated_at: now,
            version: last.unwrap_or_default() + 1,
        };
        if !tx.insert_article(&article).await? {
            return Err(StoreError::Collision.into());
        }
        article
    };
    let entered = keep(tx, &article, Change::Imported, by, now).await?;
    Ok(Some(entered))
}
