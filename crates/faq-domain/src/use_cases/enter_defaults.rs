//! Enters the default categories and articles in a new knowledge base.

use shared_kernel::{Done, StoreError, UserId};

use super::{Outcome, Surroundings, create_article, create_category};
use crate::defaults;
use crate::ports::FaqTx;

/// Enters the default categories and articles in a base nothing was ever written to. Answers
/// whether it did: of several servers that start at once, one does.
///
/// # Errors
/// [`FaqError::Store`](crate::FaqError::Store).
pub async fn enter_defaults(tx: &mut dyn FaqTx, with: Surroundings<'_>) -> Outcome<bool> {
    if !tx.claim_untouched_base().await? {
        return Ok(Done::quietly(false));
    }
    let broken = || StoreError::defect("the default articles break a rule");
    let by = UserId::parse(defaults::AUTHOR).map_err(|_| broken())?;
    let mut events = Vec::new();
    for category in defaults::categories().ok_or_else(broken)? {
        let entered = create_category(tx, with, &by, category).await?;
        entered.gather(&mut events);
    }
    for article in defaults::articles().ok_or_else(broken)? {
        let entered = create_article(tx, with, &by, article).await?;
        entered.gather(&mut events);
    }
    Ok(Done::telling(true, events))
}
