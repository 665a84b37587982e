//! Creates an article of the knowledge base, at version 1.

use shared_kernel::{Done, FaqId, StoreError, UserId};

use super::{Outcome, Surroundings, keep};
use crate::article::{Article, ArticleFile, Content, Counters};
use crate::error::FaqError;
use crate::ports::FaqTx;
use crate::version::Change;

/// Ids drawn before giving up: with 40 random bits, one retry is already a curiosity.
const ID_DRAWS: usize = 5;

/// The article.
#[derive(Debug, Clone)]
pub struct CreateArticle {
    /// The id it is to have; a drawn one when there is none. One that was ever used is refused.
    pub id: Option<FaqId>,
    pub content: Content,
}

/// Adds an article to a category that is there.
///
/// # Errors
/// [`FaqError::UnknownCategory`].
pub async fn create_article(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    ask: CreateArticle,
) -> Outcome<ArticleFile> {
    let category_published = tx
        .hold_category(&ask.content.category)
        .await?
        .ok_or(FaqError::UnknownCategory)?;
    let now = with.clock.now();
    let is_drawn = ask.id.is_none();
    let mut article = Article {
        id: ask.id.unwrap_or_else(|| with.ids.faq_id()),
        content: ask.content,
        created_by: by.clone(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let mut draws = 1;
    while !insert_unused(tx, &article).await? {
        if !is_drawn || draws == ID_DRAWS {
            return Err(StoreError::Duplicate("every id of the article".to_owned()).into());
        }
        draws += 1;
        article.id = with.ids.faq_id();
    }
    let created = keep(tx, &article, Change::Created, by, now).await?;
    let file = ArticleFile {
        article,
        category_published,
        counters: Counters::default(),
    };
    Ok(Done::telling(file, vec![created]))
}

/// A deleted article's id is still the name of its versions.
async fn insert_unused(tx: &mut dyn FaqTx, article: &Article) -> Result<bool, StoreError> {
    Ok(tx.last_article_version(&article.id).await?.is_none() && tx.insert_article(article).await?)
}
