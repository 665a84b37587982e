//! Takes the whole knowledge base out of the store, or brings it in.

use faq_domain::ports::{ArticleFilter, Window};
use faq_domain::use_cases::{Base, ImportError, Imported, Surroundings, import_base};
use faq_domain::{FaqError, FaqQueries as _, Scope};
use shared_kernel::{StoreError, UserId};
use store_pg::PgStore;

use super::transfer::{self, Faults};
use crate::work::Executor;

/// Who wrote, where a file did.
const ACTOR: &str = "import";

/// The base as a file.
///
/// # Errors
/// [`StoreError`].
pub async fn export(store: &PgStore) -> Result<String, StoreError> {
    let all = Window {
        offset: 0,
        limit: u32::MAX,
    };
    // Articles first: a category they stand in cannot go before they do.
    let filter = ArticleFilter::all(Scope::All);
    let articles = store.articles(&filter, all).await?;
    let categories = store.categories(Scope::All, None).await?;
    transfer::write(&categories, &articles.items).map_err(|error| StoreError::Defect(error.into()))
}

/// What is wrong with a file besides its faults: articles in categories that neither it has nor the base.
///
/// # Errors
/// [`StoreError`].
pub async fn unknown_categories(
    store: &PgStore,
    faults: &Faults,
) -> Result<Vec<String>, StoreError> {
    let there = store.categories(Scope::All, None).await?;
    Ok(faults.unknown(|id| there.iter().any(|file| file.category.id == *id)))
}

/// Enters what a file says, all of it or nothing.
///
/// # Errors
/// [`ImportError`].
pub async fn import(
    work: &Executor,
    with: Surroundings<'_>,
    base: Base,
) -> Result<Imported, ImportError> {
    let by = UserId::parse(ACTOR).map_err(|_| FaqError::from(StoreError::defect("no id")))?;
    let imported = work.run(async |tx| import_base(tx, with, &by, base.clone()).await);
    imported.await
}
