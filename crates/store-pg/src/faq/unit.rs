//! The unit of work, as the knowledge base sees it.

use async_trait::async_trait;
use faq_domain::{
    Article, ArticleFile, ArticleVersion, Category, CategoryId, CategoryVersion, FaqEvent, FaqTx,
};
use shared_kernel::{FaqId, StoreError};

use super::{articles, categories, history};
use crate::unit::tx::PgTx;

#[async_trait]
impl FaqTx for PgTx {
    async fn claim_untouched_base(&mut self) -> Result<bool, StoreError> {
        history::claim_untouched(self.begun().await?).await
    }

    async fn hold_category(&mut self, id: &CategoryId) -> Result<Option<bool>, StoreError> {
        articles::hold_category(self.begun().await?, id).await
    }

    async fn insert_article(&mut self, article: &Article) -> Result<bool, StoreError> {
        articles::insert(self.begun().await?, article).await
    }

    async fn lock_article(&mut self, id: &FaqId) -> Result<Option<ArticleFile>, StoreError> {
        articles::lock(self.begun().await?, id).await
    }

    async fn update_article(
        &mut self,
        before: &Article,
        after: &Article,
    ) -> Result<(), StoreError> {
        articles::update(self.begun().await?, before, after).await
    }

    async fn delete_article(&mut self, id: &FaqId) -> Result<(), StoreError> {
        articles::delete(self.begun().await?, id).await
    }

    async fn keep_article_version(&mut self, version: &ArticleVersion) -> Result<(), StoreError> {
        history::keep_article(self.begun().await?, version).await
    }

    async fn last_article_version(&mut self, id: &FaqId) -> Result<Option<u64>, StoreError> {
        history::last_of_article(self.begun().await?, id).await
    }

    async fn article_version(
        &mut self,
        id: &FaqId,
        version: u64,
    ) -> Result<Option<ArticleVersion>, StoreError> {
        history::article_version(self.begun().await?, id, version).await
    }

    async fn insert_category(&mut self, category: &Category) -> Result<bool, StoreError> {
        categories::insert(self.begun().await?, category).await
    }

    async fn lock_category(&mut self, id: &CategoryId) -> Result<Option<Category>, StoreError> {
        categories::lock(self.begun().await?, id).await
    }

    async fn articles_in(&mut self, id: &CategoryId) -> Result<u64, StoreError> {
        categories::articles_in(self.begun().await?, id).await
    }

    async fn update_category(
        &mut self,
        before: &Category,
        after: &Category,
    ) -> Result<(), StoreError> {
        categories::update(self.begun().await?, before, after).await
    }

    async fn delete_category(&mut self, id: &CategoryId) -> Result<(), StoreError> {
        categories::delete(self.begun().await?, id).await
    }

    async fn keep_category_version(&mut self, version: &CategoryVersion) -> Result<(), StoreError> {
        history::keep_category(self.begun().await?, version).await
    }

    async fn last_category_version(&mut self, id: &CategoryId) -> Result<Option<u64>, StoreError> {
        history::last_of_category(self.begun().await?, id).await
    }

    /// Translated at once, written with the commit.
    async fn record_faq(&mut self, event: &FaqEvent) -> Result<(), StoreError> {
        let translation = self.lent.translator.faq(event);
        self.will_write(translation);
        Ok(())
    }
}
