//! The figures of the knowledge base, counted when they are asked for.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::AsyncPgConnection;
use faq_domain::ports::{CategoryFigures, FaqFigures};
use faq_domain::{ArticleFile, Scope};
use shared_kernel::StoreError;

use super::rows::{ARTICLE_COLUMNS, ARTICLES_ALONE, ArticleRow, TEXTS, held_by};
use crate::error::from_diesel;
use crate::unit::statement::Statement;

#[derive(QueryableByName)]
struct FiguresRow {
    #[diesel(sql_type = Text)]
    cat_id: String,
    #[diesel(sql_type = BigInt)]
    articles: i64,
    #[diesel(sql_type = BigInt)]
    published: i64,
    #[diesel(sql_type = BigInt)]
    views: i64,
}

pub(super) async fn of(conn: &AsyncPgConnection, scope: Scope) -> Result<FaqFigures, StoreError> {
    let visible = match scope {
        Scope::All => "true",
        Scope::Published => "c.cat_published",
    };
    let sql = format!(
        "SELECT c.cat_id, count(f.faq_id) AS articles, count(f.faq_id) FILTER (WHERE f.faq_published) AS published, \
         coalesce(sum(k.views), 0)::bigint AS views FROM ___xtr_faq_category c \
         LEFT JOIN ___xtr_faq f ON f.faq_category = c.cat_id AND {} LEFT JOIN faq_counter k ON k.faq_id = f.faq_id \
         WHERE {visible} GROUP BY c.cat_id",
        held_by(scope)
    );
    let rows: Vec<FiguresRow> = Statement::new(sql).rows(conn).await.map_err(from_diesel)?;
    let mut figures = FaqFigures::default();
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    for row in rows {
        figures.published += count(row.published);
        let category = CategoryFigures {
            articles: count(row.articles),
            views: row.views,
        };
        figures.categories.insert(row.cat_id, category);
    }
    figures.most_viewed = first(conn, scope, "k.views > 0", "k.views DESC").await?;
    let most_helpful = "k.helpful DESC, k.not_helpful";
    figures.most_helpful = first(conn, scope, "k.helpful > 0", most_helpful).await?;
    Ok(figures)
}

/// Of several equals, always the same.
async fn first(
    conn: &AsyncPgConnection,
    scope: Scope,
    condition: &str,
    order: &str,
) -> Result<Option<ArticleFile>, StoreError> {
    let sql = format!(
        "SELECT {ARTICLE_COLUMNS} FROM {ARTICLES_ALONE} {TEXTS} WHERE {condition} AND {} ORDER BY {order}, f.faq_id LIMIT 1",
        held_by(scope)
    );
    let row: Option<ArticleRow> = Statement::new(sql).row(conn).await.map_err(from_diesel)?;
    row.map(ArticleFile::try_from).transpose()
}
