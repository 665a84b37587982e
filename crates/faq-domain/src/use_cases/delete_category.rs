//! Deletes a category no article stands in. Its versions stay.

use shared_kernel::{Done, UserId};

use super::{Outcome, Surroundings, keep_category};
use crate::category::CategoryId;
use crate::error::FaqError;
use crate::ports::FaqTx;
use crate::version::Change;

/// Removes a category no article stands in. Whoever is putting one into it at this moment comes
/// before or after: the lock decides, and nobody's article is left without a category.
///
/// # Errors
/// [`FaqError::CategoryNotFound`], [`FaqError::CategoryNotEmpty`].
pub async fn delete_category(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    id: &CategoryId,
) -> Outcome<()> {
    let mut category = tx
        .lock_category(id)
        .await?
        .ok_or(FaqError::CategoryNotFound)?;
    if tx.articles_in(id).await? > 0 {
        return Err(FaqError::CategoryNotEmpty);
    }
    tx.delete_category(id).await?;
    category.version += 1;
    let now = with.clock.now();
    let deleted = keep_category(tx, &category, Change::Deleted, by, now).await?;
    Ok(Done::telling((), vec![deleted]))
}
