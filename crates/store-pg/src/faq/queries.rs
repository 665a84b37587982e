//! Reading the knowledge base.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text};
use diesel_async::AsyncPgConnection;
use faq_domain::ports::{ArticleFilter, ArticlePosition, FaqFigures, Window};
use faq_domain::{
    ArticleFile, ArticleVersion, Category, CategoryFile, CategoryId, FaqQueries, Scope,
};
use shared_kernel::{FaqId, Page, StoreError};

use super::rows::{
    ARTICLE_COLUMNS, ARTICLES_ALONE, ArticleRow, CATEGORY_COLUMNS, CategoryRow, CountRow, TEXTS,
    held_by,
};
use super::{articles, figures, history};
use crate::error::from_diesel;
use crate::filtered_list::{self, Filters};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

fn filters(filter: &ArticleFilter) -> Filters {
    let mut all = Filters::default();
    all.add(held_by(filter.scope));
    all.add_text(
        "f.faq_category = {}",
        filter.category.as_ref().map(CategoryId::as_str),
    );
    if let Some(published) = filter.published {
        all.add_bound("f.faq_published = {}", move |statement| {
            statement.bind::<Bool, _>(published)
        });
    }
    if !filter.tags.is_empty() {
        let tags = filter.tags.clone();
        all.add_bound(
            "faq_tag_keys(f.faq_tags) && faq_tag_keys({})",
            |statement| statement.bind::<Array<Text>, _>(tags),
        );
    }
    all
}

async fn list(
    conn: &AsyncPgConnection,
    wanted: Filters,
    window: Window,
) -> Result<Vec<ArticleFile>, StoreError> {
    let head =
        format!("SELECT {ARTICLE_COLUMNS} FROM (SELECT f.*, c.cat_order FROM {ARTICLES_ALONE}");
    let tail = format!(
        "ORDER BY c.cat_order, f.faq_order, f.faq_id LIMIT {{}} OFFSET {{}}) f \
         JOIN ___xtr_faq_category c ON c.cat_id = f.faq_category LEFT JOIN faq_counter k ON k.faq_id = f.faq_id {TEXTS} \
         ORDER BY f.cat_order, f.faq_order, f.faq_id"
    );
    let rows: Vec<ArticleRow> = wanted
        .select(&head, &tail)
        .bind::<BigInt, _>(i64::from(window.limit))
        .bind::<BigInt, _>(window.offset)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    rows.into_iter().map(ArticleFile::try_from).collect()
}

/// After an article. Of a category that is gone the place is not known: the list begins again.
const AFTER: &str = "\
(c.cat_order, f.faq_order, f.faq_id) > (coalesce((SELECT cat_order FROM ___xtr_faq_category WHERE cat_id = {}), -1), {}, {})";

async fn total(conn: &AsyncPgConnection, filter: &ArticleFilter) -> Result<u64, StoreError> {
    let counting = filters(filter)
        .count("___xtr_faq f JOIN ___xtr_faq_category c ON c.cat_id = f.faq_category");
    filtered_list::total(conn, counting).await
}

#[derive(QueryableByName)]
struct CategoryFileRow {
    #[diesel(embed)]
    category: CategoryRow,
    #[diesel(embed)]
    articles: CountRow,
}

async fn categories(
    conn: &AsyncPgConnection,
    scope: Scope,
    condition: &str,
    bind: impl FnOnce(Statement) -> Statement,
) -> Result<Vec<CategoryFile>, StoreError> {
    let visible = match scope {
        Scope::All => "true",
        Scope::Published => "c.cat_published",
    };
    let sql = format!(
        "SELECT {CATEGORY_COLUMNS}, (SELECT count(*) FROM ___xtr_faq f WHERE f.faq_category = c.cat_id AND {}) AS count \
         FROM ___xtr_faq_category c WHERE {visible} AND {condition} ORDER BY c.cat_order, c.cat_id",
        held_by(scope)
    );
    let rows: Vec<CategoryFileRow> = bind(Statement::new(sql))
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    rows.into_iter()
        .map(|row| {
            Ok(CategoryFile {
                category: Category::try_from(row.category)?,
                articles: row.articles.get(),
            })
        })
        .collect()
}

#[async_trait]
impl FaqQueries for PgStore {
    async fn articles(
        &self,
        filter: &ArticleFilter,
        window: Window,
    ) -> Result<Page<ArticleFile>, StoreError> {
        let conn = self.connection().await?;
        let items = list(&conn, filters(filter), window).await?;
        let total = total(&conn, filter).await?;
        let seen = u64::try_from(window.offset).unwrap_or_default() + items.len() as u64;
        Ok(Page {
            has_more: seen < total && !items.is_empty(),
            items,
            total,
        })
    }

    async fn articles_after(
        &self,
        filter: &ArticleFilter,
        last: &ArticlePosition,
        limit: u32,
    ) -> Result<Page<ArticleFile>, StoreError> {
        let conn = self.connection().await?;
        let mut wanted = filters(filter);
        let (category, order) = (last.category.as_str().to_owned(), last.order);
        let id = last.id.as_str().to_owned();
        wanted.add_bound(AFTER, move |statement| {
            statement
                .bind::<Text, _>(category)
                .bind::<Integer, _>(order)
                .bind::<Text, _>(id)
        });
        let window = Window {
            offset: 0,
            limit: limit.saturating_add(1),
        };
        let mut items = list(&conn, wanted, window).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > most;
        items.truncate(most);
        Ok(Page {
            items,
            total: total(&conn, filter).await?,
            has_more,
        })
    }

    async fn article(&self, id: &FaqId) -> Result<Option<ArticleFile>, StoreError> {
        let conn = self.connection().await?;
        articles::find(&conn, id).await
    }

    async fn article_versions(&self, id: &FaqId) -> Result<Vec<ArticleVersion>, StoreError> {
        let conn = self.connection().await?;
        history::article_versions(&conn, id).await
    }

    async fn article_versions_before(
        &self,
        id: &FaqId,
        version: Option<u64>,
        limit: u32,
    ) -> Result<Vec<ArticleVersion>, StoreError> {
        let conn = self.connection().await?;
        history::article_versions_before(&conn, id, version, limit).await
    }

    async fn categories(
        &self,
        scope: Scope,
        published: Option<bool>,
    ) -> Result<Vec<CategoryFile>, StoreError> {
        let conn = self.connection().await?;
        match published {
            None => categories(&conn, scope, "true", |statement| statement).await,
            Some(published) => {
                let condition = "c.cat_published = {}";
                categories(&conn, scope, condition, |statement| {
                    statement.bind::<Bool, _>(published)
                })
                .await
            }
        }
    }

    async fn category(
        &self,
        id: &CategoryId,
        scope: Scope,
    ) -> Result<Option<CategoryFile>, StoreError> {
        let conn = self.connection().await?;
        let found = categories(&conn, scope, "c.cat_id = {}", |statement| {
            statement.bind::<Text, _>(id.as_str().to_owned())
        });
        Ok(found.await?.pop())
    }

    async fn figures(&self, scope: Scope) -> Result<FaqFigures, StoreError> {
        let conn = self.connection().await?;
        figures::of(&conn, scope).await
    }
}
