//! Restores an article, also a deleted one, to an earlier version.

use shared_kernel::{Done, FaqId, StoreError, UserId, Versions};

use super::{Outcome, Surroundings, keep};
use crate::article::{Article, ArticleFile, Counters};
use crate::error::FaqError;
use crate::ports::FaqTx;
use crate::version::Change;

/// Which version is to stand again.
#[derive(Debug, Clone)]
pub struct RestoreArticle {
    pub id: FaqId,
    pub version: u64,
    /// From `If-Match`.
    pub expected_version: Option<Versions>,
}

/// Makes a new version with the content of an old one. A deleted article comes back under its old
/// id, without the views and votes it had.
///
/// # Errors
/// [`FaqError::ArticleNotFound`] when there never was one, [`FaqError::VersionNotFound`],
/// [`FaqError::VersionMismatch`], [`FaqError::UnknownCategory`] when its category is gone.
pub async fn restore_article(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    ask: RestoreArticle,
) -> Outcome<ArticleFile> {
    let present = tx.lock_article(&ask.id).await?;
    let last = tx
        .last_article_version(&ask.id)
        .await?
        .ok_or(FaqError::ArticleNotFound)?;
    if ask
        .expected_version
        .is_some_and(|expected| !expected.holds(last))
    {
        return Err(FaqError::VersionMismatch);
    }
    let old = tx
        .article_version(&ask.id, ask.version)
        .await?
        .ok_or(FaqError::VersionNotFound)?
        .article;
    let category_published = tx
        .hold_category(&old.content.category)
        .await?
        .ok_or(FaqError::UnknownCategory)?;
    let now = with.clock.now();
    let article = Article {
        updated_at: now,
        version: last + 1,
        ..old
    };
    let counters = match &present {
        Some(file) => {
            tx.update_article(&file.article, &article).await?;
            file.counters
        }
        None if tx.insert_article(&article).await? => Counters::default(),
        // Somebody restored it at the same moment: once more, over theirs.
        None => return Err(StoreError::Collision.into()),
    };
    let restored = keep(tx, &article, Change::Restored, by, now).await?;
    let file = ArticleFile {
        article,
        category_published,
        counters,
    };
    Ok(Done::telling(file, vec![restored]))
}
