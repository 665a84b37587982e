//! Writing articles, and reading one to change it.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use faq_domain::{Article, ArticleFile, CategoryId};
use shared_kernel::{FaqId, StoreError};

use super::rows::{ARTICLE_COLUMNS, ARTICLES_ALONE, ArticleRow, TEXTS};
use crate::bigint::to_bigint;
use crate::error::from_diesel;
use crate::unit::statement::Statement;

fn tags(article: &Article) -> Vec<String> {
    let tags = article.content.tags.iter();
    tags.map(str::to_owned).collect()
}

pub(super) async fn insert(
    conn: &AsyncPgConnection,
    article: &Article,
) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO ___xtr_faq (faq_id, faq_category, faq_order, faq_published, faq_tags, faq_created_by, \
        faq_version, created_at, updated_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (faq_id) DO NOTHING";
    let content = &article.content;
    let inserted = Statement::new(SQL)
        .bind::<Text, _>(article.id.as_str().to_owned())
        .bind::<Text, _>(content.category.as_str().to_owned())
        .bind::<Integer, _>(content.order.get())
        .bind::<Bool, _>(content.published)
        .bind::<Array<Text>, _>(tags(article))
        .bind::<Text, _>(article.created_by.as_str().to_owned())
        .bind::<BigInt, _>(to_bigint(article.version))
        .bind::<Timestamptz, _>(article.created_at)
        .bind::<Timestamptz, _>(article.updated_at)
        .run(conn)
        .await
        .map_err(from_diesel)?;
    if inserted == 0 {
        return Ok(false);
    }
    write_texts(conn, article).await?;
    Ok(true)
}

pub(super) async fn update(
    conn: &AsyncPgConnection,
    before: &Article,
    after: &Article,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE ___xtr_faq SET faq_category = {}, faq_order = {}, faq_published = {}, faq_tags = {}, \
        faq_version = {}, updated_at = {} WHERE faq_id = {} AND faq_version = {}";
    let content = &after.content;
    let updated = Statement::new(SQL)
        .bind::<Text, _>(content.category.as_str().to_owned())
        .bind::<Integer, _>(content.order.get())
        .bind::<Bool, _>(content.published)
        .bind::<Array<Text>, _>(tags(after))
        .bind::<BigInt, _>(to_bigint(after.version))
        .bind::<Timestamptz, _>(after.updated_at)
        .bind::<Text, _>(after.id.as_str().to_owned())
        .bind::<BigInt, _>(to_bigint(before.version))
        .run(conn)
        .await
        .map_err(from_diesel)?;
    if updated != 1 {
        return Err(StoreError::Stale);
    }
    if before.content.texts != content.texts || before.content.tags != content.tags {
        remove_languages(conn, after).await?;
        write_texts(conn, after).await?;
    }
    Ok(())
}

fn locales(article: &Article) -> Vec<String> {
    let locales = article.content.texts.locales();
    locales.map(|locale| locale.as_str().to_owned()).collect()
}

async fn remove_languages(conn: &AsyncPgConnection, article: &Article) -> Result<(), StoreError> {
    Statement::new("DELETE FROM ___xtr_faq_text WHERE faq_id = {} AND txt_locale <> ALL ({})")
        .bind::<Text, _>(article.id.as_str().to_owned())
        .bind::<Array<Text>, _>(locales(article))
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

/// Adds or changes what stands otherwise; what stays is not written, so not indexed again either.
async fn write_texts(conn: &AsyncPgConnection, article: &Article) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO ___xtr_faq_text AS t (faq_id, txt_locale, txt_question, txt_answer, txt_tags) \
        SELECT {}, w.*, {} FROM unnest({}, {}, {}) w ON CONFLICT (faq_id, txt_locale) DO UPDATE \
        SET txt_question = excluded.txt_question, txt_answer = excluded.txt_answer, txt_tags = excluded.txt_tags \
        WHERE (t.txt_question, t.txt_answer, t.txt_tags) <> (excluded.txt_question, excluded.txt_answer, excluded.txt_tags)";
    let texts = article.content.texts.all().values();
    let (questions, answers): (Vec<_>, Vec<_>) = texts
        .map(|text| {
            let (question, answer) = (text.question.as_str(), text.answer.as_str());
            (question.to_owned(), answer.to_owned())
        })
        .unzip();
    Statement::new(SQL)
        .bind::<Text, _>(article.id.as_str().to_owned())
        .bind::<Text, _>(tags(article).join(" "))
        .bind::<Array<Text>, _>(locales(article))
        .bind::<Array<Text>, _>(questions)
        .bind::<Array<Text>, _>(answers)
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

pub(super) async fn delete(conn: &AsyncPgConnection, id: &FaqId) -> Result<(), StoreError> {
    let deleted = Statement::new("DELETE FROM ___xtr_faq WHERE faq_id = {}")
        .bind::<Text, _>(id.as_str().to_owned())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    if deleted == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

#[derive(QueryableByName)]
struct PublishedRow {
    #[diesel(sql_type = Bool)]
    cat_published: bool,
}

/// The lock lets others use and change the category, but not delete it.
pub(super) async fn hold_category(
    conn: &AsyncPgConnection,
    id: &CategoryId,
) -> Result<Option<bool>, StoreError> {
    let sql = "SELECT cat_published FROM ___xtr_faq_category WHERE cat_id = {} FOR KEY SHARE";
    let row: Option<PublishedRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    Ok(row.map(|row| row.cat_published))
}

pub(super) async fn find(
    conn: &AsyncPgConnection,
    id: &FaqId,
) -> Result<Option<ArticleFile>, StoreError> {
    let sql =
        format!("SELECT {ARTICLE_COLUMNS} FROM {ARTICLES_ALONE} {TEXTS} WHERE f.faq_id = {{}}");
    let row: Option<ArticleRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(ArticleFile::try_from).transpose()
}

/// Those of these articles that are there, in no order.
pub(crate) async fn with_ids(
    conn: &AsyncPgConnection,
    ids: Vec<String>,
) -> Result<Vec<ArticleFile>, StoreError> {
    let sql = format!(
        "SELECT {ARTICLE_COLUMNS} FROM {ARTICLES_ALONE} {TEXTS} WHERE f.faq_id = ANY({{}})"
    );
    let rows: Vec<ArticleRow> = Statement::new(sql)
        .bind::<Array<Text>, _>(ids)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    rows.into_iter().map(ArticleFile::try_from).collect()
}

/// The lock and the read are two statements: after waiting for the lock, the second one sees what
/// the one before us committed, in the other tables too.
pub(super) async fn lock(
    conn: &AsyncPgConnection,
    id: &FaqId,
) -> Result<Option<ArticleFile>, StoreError> {
    let locked = Statement::new("SELECT FROM ___xtr_faq WHERE faq_id = {} FOR NO KEY UPDATE")
        .bind::<Text, _>(id.as_str().to_owned())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    if locked == 0 {
        return Ok(None);
    }
    find(conn, id).await
}
