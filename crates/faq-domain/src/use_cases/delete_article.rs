//! Deletes an article. Its versions stay.

use shared_kernel::{Done, FaqId, UserId, Versions};

use super::{Outcome, Surroundings, keep, lock_expected};
use crate::ports::FaqTx;
use crate::version::Change;

/// Removes an article; its last version says what it was.
///
/// # Errors
/// [`FaqError::ArticleNotFound`](crate::FaqError::ArticleNotFound),
/// [`FaqError::VersionMismatch`](crate::FaqError::VersionMismatch).
pub async fn delete_article(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    id: &FaqId,
    expected_version: Option<&Versions>,
) -> Outcome<()> {
    let mut article = lock_expected(tx, id, expected_version).await?.article;
    tx.delete_article(id).await?;
    article.version += 1;
    let deleted = keep(tx, &article, Change::Deleted, by, with.clock.now()).await?;
    Ok(Done::telling((), vec![deleted]))
}
