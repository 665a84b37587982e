//! Enters the default categories and articles in a new knowledge base.

use shared_kernel::{StoreError, UserId};

use super::{Surroundings, create_article, create_category};
use crate::defaults;
use crate::error::FaqError;
use crate::ports::FaqTx;

/// Enters the default categories and articles in a base nothing was ever written to. Answers
/// whether it did: of several servers that start at once, one does.
///
/// # Errors
/// [`FaqError::Store`].
pub async fn enter_defaults(tx: &mut dyn FaqTx, with: Surroundings<'_>) -> Result<bool, FaqError> {
    if !tx.claim_untouched_base().await? {
        return Ok(false);
    }
    let broken = || StoreError::defect("the default articles break a rule");
    let by = UserId::parse(defaults::AUTHOR).map_err(|_| broken())?;
    for category in defaults::categories().ok_or_else(broken)? {
        create_category(tx, with, &by, category).await?;
    }
    for article in defaults::articles().ok_or_else(broken)? {
        create_article(tx, with, &by, article).await?;
    }
    Ok(true)
}
