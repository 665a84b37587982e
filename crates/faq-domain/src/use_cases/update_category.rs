//! Updates a category: name, description, icon, order, publication.

use shared_kernel::{Done, UserId};

use super::{Outcome, Surroundings, keep_category};
use crate::category::{CategoryFile, CategoryId, CategoryName, Description, Icon};
use crate::error::FaqError;
use crate::order::Order;
use crate::ports::FaqTx;
use crate::version::Change;

/// What is to be otherwise; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UpdateCategory {
    pub name: Option<CategoryName>,
    pub description: Option<Description>,
    /// `Some(None)` takes the icon away.
    pub icon: Option<Option<Icon>>,
    pub order: Option<Order>,
    pub published: Option<bool>,
}

/// Changes a category; what changes nothing makes no version.
///
/// # Errors
/// [`FaqError::CategoryNotFound`].
pub async fn update_category(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    id: &CategoryId,
    ask: UpdateCategory,
) -> Outcome<CategoryFile> {
    let before = tx
        .lock_category(id)
        .await?
        .ok_or(FaqError::CategoryNotFound)?;
    let mut category = before.clone();
    let details = &mut category.details;
    if let Some(name) = ask.name {
        details.name = name;
    }
    if let Some(description) = ask.description {
        details.description = description;
    }
    if let Some(icon) = ask.icon {
        details.icon = icon;
    }
    details.order = ask.order.unwrap_or(details.order);
    details.published = ask.published.unwrap_or(details.published);
    let mut events = Vec::new();
    if category.details != before.details {
        category.updated_at = with.clock.now();
        category.version = before.version + 1;
        tx.update_category(&before, &category).await?;
        let now = category.updated_at;
        events.push(keep_category(tx, &category, Change::Updated, by, now).await?);
    }
    let articles = tx.articles_in(id).await?;
    Ok(Done::telling(CategoryFile { category, articles }, events))
}
