//! Creates a category of the knowledge base.

use shared_kernel::{Done, UserId};

use super::{Outcome, Surroundings, keep_category};
use crate::category::{Category, CategoryDetails, CategoryFile, CategoryId};
use crate::error::FaqError;
use crate::ports::FaqTx;
use crate::version::Change;

/// The category.
#[derive(Debug, Clone)]
pub struct CreateCategory {
    pub id: CategoryId,
    pub details: CategoryDetails,
}

/// Adds a category. One made anew under the id of a deleted one goes on counting its versions.
///
/// # Errors
/// [`FaqError::CategoryExists`].
pub async fn create_category(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    ask: CreateCategory,
) -> Outcome<CategoryFile> {
    let now = with.clock.now();
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
    let created = keep_category(tx, &category, Change::Created, by, now).await?;
    let file = CategoryFile {
        category,
        articles: 0,
    };
    Ok(Done::telling(file, vec![created]))
}
