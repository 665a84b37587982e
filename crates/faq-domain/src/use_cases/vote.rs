//! Counts a reader's vote on whether an article was helpful.

use shared_kernel::{Done, FaqId};

use super::{Outcome, Surroundings};
use crate::article::Counters;
use crate::error::FaqError;
use crate::readers::{ReaderTx, Visitor};
use crate::rights::Scope;

/// Counts the vote of whoever may read the article. Saying the same again changes nothing.
///
/// # Errors
/// [`FaqError::ArticleNotFound`].
pub async fn vote(
    tx: &mut dyn ReaderTx,
    with: Surroundings<'_>,
    scope: Scope,
    id: &FaqId,
    visitor: &Visitor,
    helpful: bool,
) -> Outcome<Counters> {
    if !tx.hold_readable(id, scope).await? {
        return Err(FaqError::ArticleNotFound);
    }
    let counters = tx.vote(id, visitor, helpful, with.clock.now()).await?;
    Ok(Done::quietly(counters))
}
