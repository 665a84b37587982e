//! A small believable shop, so that the first look shows something.
//!
//! Loaded through the use cases themselves, at instants of the last days: figures, events and
//! mails are what they would have been.

mod articles;
mod at;
mod cast;
mod stories;
mod story;

use faq_domain::FaqError;
use shared_kernel::{Limit, PageNumber, StoreError};
use support_domain::people::welcome;
use support_domain::ports::{SortBy, SortOrder, Start, TicketFilter, TicketWindow};
use support_domain::rights::Scope;
use support_domain::{SupportError, TicketQueries as _};

use self::stories::stories;
use crate::bootstrap::Core;
use crate::work::Ending;

/// Why the shop could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Support(#[from] SupportError),
    #[error(transparent)]
    Faq(#[from] FaqError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Loads the shop unless there are tickets. Answers how many tickets were made.
///
/// # Errors
/// [`DemoError`].
pub async fn load(core: &Core) -> Result<usize, DemoError> {
    if has_tickets(core).await? {
        return Ok(0);
    }
    let now = core.clock.now();
    let entered = core.work.transact(async |tx| {
        for actor in cast::everybody() {
            welcome(tx, &actor, now).await?;
        }
        Ok::<_, StoreError>(Ending::Commit(()))
    });
    entered.await?;
    for order in cast::orders() {
        core.store.add_order(&order, now).await?;
    }
    let stories =
        stories().ok_or_else(|| StoreError::defect("the demonstration's file is broken"))?;
    for story in &stories {
        story::tell(core, story, now).await?;
    }
    core.enter_default_articles().await?;
    articles::write(core, now).await?;
    Ok(stories.len())
}

async fn has_tickets(core: &Core) -> Result<bool, StoreError> {
    let window = TicketWindow {
        sort_by: SortBy::CreatedAt,
        order: SortOrder::Descending,
        start: Start::Page(PageNumber::FIRST),
        limit: Limit::new(1).ok_or_else(|| StoreError::defect("1 is a limit"))?,
    };
    let part = core
        .store
        .list(&TicketFilter::all(Scope::All), &window)
        .await?;
    Ok(!part.page.items.is_empty())
}
