//! The ports of a unit of work, over the maps of a [`Base`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::{FaqId, StoreError};

use super::Base;
use crate::article::{Article, ArticleFile, Counters};
use crate::category::{Category, CategoryId};
use crate::ports::FaqTx;
use crate::readers::{ReaderTx, Visitor};
use crate::rights::Scope;
use crate::version::{ArticleVersion, CategoryVersion};

#[async_trait]
impl FaqTx for Base {
    async fn claim_untouched_base(&mut self) -> Result<bool, StoreError> {
        Ok(self.category_versions.is_empty() && self.article_versions.is_empty())
    }

    async fn hold_category(&mut self, id: &CategoryId) -> Result<Option<bool>, StoreError> {
        let category = self.categories.get(id);
        Ok(category.map(|category| category.details.published))
    }

    async fn insert_article(&mut self, article: &Article) -> Result<bool, StoreError> {
        let id = article.id.to_string();
        if self.articles.contains_key(&id) || self.being_entered.contains(&id) {
            return Ok(false);
        }
        self.writes += 1;
        self.articles.insert(id, article.clone());
        Ok(true)
    }

    async fn lock_article(&mut self, id: &FaqId) -> Result<Option<ArticleFile>, StoreError> {
        let article = self.articles.get(id.as_str());
        Ok(article.map(|article| self.file(article)))
    }

    async fn update_article(
        &mut self,
        before: &Article,
        after: &Article,
    ) -> Result<(), StoreError> {
        assert_eq!(self.article(before.id.as_str()), Some(before));
        self.writes += 1;
        self.articles.insert(after.id.to_string(), after.clone());
        Ok(())
    }

    async fn delete_article(&mut self, id: &FaqId) -> Result<(), StoreError> {
        self.writes += 1;
        self.articles.remove(id.as_str());
        self.counters.remove(id.as_str());
        Ok(())
    }

    async fn keep_article_version(&mut self, version: &ArticleVersion) -> Result<(), StoreError> {
        self.writes += 1;
        self.article_versions.push(version.clone());
        Ok(())
    }

    async fn last_article_version(&mut self, id: &FaqId) -> Result<Option<u64>, StoreError> {
        let mut versions = self.article_versions.iter().rev();
        let last = versions.find(|one| one.article.id == *id);
        Ok(last.map(|one| one.article.version))
    }

    async fn article_version(
        &mut self,
        id: &FaqId,
        version: u64,
    ) -> Result<Option<ArticleVersion>, StoreError> {
        let mut versions = self.article_versions.iter();
        let is_it = |one: &&ArticleVersion| one.article.id == *id && one.article.version == version;
        Ok(versions.find(is_it).cloned())
    }

    async fn insert_category(&mut self, category: &Category) -> Result<bool, StoreError> {
        if self.categories.contains_key(&category.id) {
            return Ok(false);
        }
        self.writes += 1;
        self.categories
            .insert(category.id.clone(), category.clone());
        Ok(true)
    }

    async fn lock_category(&mut self, id: &CategoryId) -> Result<Option<Category>, StoreError> {
        Ok(self.categories.get(id).cloned())
    }

    async fn articles_in(&mut self, id: &CategoryId) -> Result<u64, StoreError> {
        let stands_in = |article: &&Article| article.content.category == *id;
        let count = self.articles.values().filter(stands_in).count();
        Ok(u64::try_from(count).unwrap())
    }

    async fn update_category(
        &mut self,
        before: &Category,
        after: &Category,
    ) -> Result<(), StoreError> {
        assert_eq!(self.categories.get(&before.id), Some(before));
        self.writes += 1;
        self.categories.insert(after.id.clone(), after.clone());
        Ok(())
    }

    async fn delete_category(&mut self, id: &CategoryId) -> Result<(), StoreError> {
        self.writes += 1;
        self.categories.remove(id);
        Ok(())
    }

    async fn keep_category_version(&mut self, version: &CategoryVersion) -> Result<(), StoreError> {
        self.writes += 1;
        self.category_versions.push(version.clone());
        Ok(())
    }

    async fn last_category_version(&mut self, id: &CategoryId) -> Result<Option<u64>, StoreError> {
        let mut versions = self.category_versions.iter().rev();
        let last = versions.find(|one| one.category.id == *id);
        Ok(last.map(|one| one.category.version))
    }
}

#[async_trait]
impl ReaderTx for Base {
    async fn hold_readable(&mut self, id: &FaqId, scope: Scope) -> Result<bool, StoreError> {
        let article = self.articles.get(id.as_str());
        Ok(article.is_some_and(|article| scope.holds(&self.file(article))))
    }

    async fn vote(
        &mut self,
        id: &FaqId,
        visitor: &Visitor,
        helpful: bool,
        _now: DateTime<Utc>,
    ) -> Result<Counters, StoreError> {
        self.votes.insert((id.to_string(), *visitor), helpful);
        let of_it = self.votes.iter().filter(|((of, _), _)| of == id.as_str());
        let count = |wanted| {
            let count = of_it.clone().filter(|(_, vote)| **vote == wanted).count();
            i64::try_from(count).unwrap()
        };
        Ok(Counters {
            helpful: count(true),
            not_helpful: count(false),
            ..Counters::default()
        })
    }
}
