//! Versions. The snapshot is everything a version needs to stand again.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use faq_domain::{
    Article, ArticleVersion, CategoryId, CategoryVersion, Change, Content, Locale, Order, Tags,
    Texts,
};
use serde_json::{Map, Value, json};
use shared_kernel::{FaqId, StoreError, UserId};

use super::rows::stored_text;
use crate::bigint::to_bigint;
use crate::error::{bad_row, from_diesel};
use crate::unit::statement::Statement;

/// Writers of one version stood in each other's way; the second runs again and finds the first.
fn collided(error: StoreError) -> StoreError {
    match error {
        StoreError::Duplicate(_) => StoreError::Collision,
        other => other,
    }
}

pub(super) async fn keep_article(
    conn: &AsyncPgConnection,
    version: &ArticleVersion,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO ___xtr_faq_history (faq_id, version, change, changed_by, changed_at, snapshot) \
        VALUES ({}, {}, {}, {}, {}, {})";
    let article = &version.article;
    let row = Statement::new(SQL).bind::<Text, _>(article.id.as_str().to_owned());
    keep(
        conn,
        row,
        article.version,
        (version.change, &version.by, version.at),
        article_snapshot(article),
    )
    .await
}

pub(super) async fn keep_category(
    conn: &AsyncPgConnection,
    version: &CategoryVersion,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO ___xtr_faq_category_history (cat_id, version, change, changed_by, changed_at, snapshot) \
        VALUES ({}, {}, {}, {}, {}, {})";
    let category = &version.category;
    let details = &category.details;
    let snapshot = json!({
        "name": details.name.as_str(),
        "description": details.description.as_str(),
        "icon": details.icon.as_ref().map(faq_domain::category::Icon::as_str),
        "order": details.order.get(),
        "published": details.published,
    });
    let row = Statement::new(SQL).bind::<Text, _>(category.id.as_str().to_owned());
    keep(
        conn,
        row,
        category.version,
        (version.change, &version.by, version.at),
        snapshot,
    )
    .await
}

async fn keep(
    conn: &AsyncPgConnection,
    row: Statement,
    version: u64,
    (change, by, at): (Change, &UserId, DateTime<Utc>),
    snapshot: Value,
) -> Result<(), StoreError> {
    row.bind::<BigInt, _>(to_bigint(version))
        .bind::<Text, _>(change.as_str())
        .bind::<Text, _>(by.as_str().to_owned())
        .bind::<Timestamptz, _>(at)
        .bind::<Jsonb, _>(snapshot)
        .run(conn)
        .await
        .map_err(from_diesel)
        .map_err(collided)?;
    Ok(())
}

fn article_snapshot(article: &Article) -> Value {
    let content = &article.content;
    let texts = content.texts.all().iter().map(|(locale, text)| {
        let text = json!({ "question": text.question.as_str(), "answer": text.answer.as_str() });
        (locale.to_string(), text)
    });
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    json!({
        "category": content.category.as_str(),
        "order": content.order.get(),
        "published": content.published,
        "tags": content.tags.iter().collect::<Vec<_>>(),
        "texts": texts.collect::<Map<_, _>>(),
        "createdBy": article.created_by.as_str(),
        "createdAt": instant(article.created_at),
        "updatedAt": instant(article.updated_at),
    })
}

#[derive(QueryableByName)]
struct VersionRow {
    #[diesel(sql_type = Text)]
    faq_id: String,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Text)]
    change: String,
    #[diesel(sql_type = Text)]
    changed_by: String,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    snapshot: Value,
}

impl TryFrom<VersionRow> for ArticleVersion {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Result<Self, StoreError> {
        let bad = |column: &str| bad_row("___xtr_faq_history", &row.faq_id, column);
        let id = FaqId::parse(row.faq_id.clone()).map_err(|_| bad("faq_id"))?;
        let number = u64::try_from(row.version).map_err(|_| bad("version"))?;
        Ok(Self {
            article: article_of(id, number, &row.snapshot).ok_or_else(|| bad("snapshot"))?,
            change: Change::parse(&row.change).ok_or_else(|| bad("change"))?,
            by: UserId::parse(row.changed_by.clone()).map_err(|_| bad("changed_by"))?,
            at: row.changed_at,
        })
    }
}

fn article_of(id: FaqId, version: u64, snapshot: &Value) -> Option<Article> {
    let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
    let instant = |key: &str| {
        let at = DateTime::parse_from_rfc3339(&text(snapshot, key)?).ok()?;
        Some(at.to_utc())
    };
    let mut texts = BTreeMap::new();
    for (tag, said) in snapshot.get("texts")?.as_object()? {
        let said = stored_text(text(said, "question")?, text(said, "answer")?);
        texts.insert(Locale::parse(tag)?, said);
    }
    let tags = snapshot.get("tags")?.as_array()?.iter();
    let tags = tags.map(|tag| Some(tag.as_str()?.to_owned()));
    Some(Article {
        id,
        content: Content {
            category: CategoryId::parse(&text(snapshot, "category")?)?,
            order: Order::new(snapshot.get("order")?.as_i64()?)?,
            published: snapshot.get("published")?.as_bool()?,
            tags: Tags::from_stored(tags.collect::<Option<_>>()?),
            texts: Texts::from_all(texts)?,
        },
        created_by: UserId::parse(text(snapshot, "createdBy")?).ok()?,
        created_at: instant("createdAt")?,
        updated_at: instant("updatedAt")?,
        version,
    })
}

const VERSIONS: &str = "SELECT faq_id, version, change, changed_by, changed_at, snapshot FROM ___xtr_faq_history WHERE faq_id = {}";

pub(super) async fn article_version(
    conn: &AsyncPgConnection,
    id: &FaqId,
    version: u64,
) -> Result<Option<ArticleVersion>, StoreError> {
    let row: Option<VersionRow> = Statement::new(format!("{VERSIONS} AND version = {{}}"))
        .bind::<Text, _>(id.as_str().to_owned())
        .bind::<BigInt, _>(to_bigint(version))
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(ArticleVersion::try_from).transpose()
}

pub(super) async fn article_versions(
    conn: &AsyncPgConnection,
    id: &FaqId,
) -> Result<Vec<ArticleVersion>, StoreError> {
    let rows: Vec<VersionRow> = Statement::new(format!("{VERSIONS} ORDER BY version DESC"))
        .bind::<Text, _>(id.as_str().to_owned())
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    rows.into_iter().map(ArticleVersion::try_from).collect()
}

pub(super) async fn article_versions_before(
    conn: &AsyncPgConnection,
    id: &FaqId,
    version: Option<u64>,
    limit: u32,
) -> Result<Vec<ArticleVersion>, StoreError> {
    let before = version.map_or(i64::MAX, to_bigint);
    let sql = format!("{VERSIONS} AND version < {{}} ORDER BY version DESC LIMIT {{}}");
    let rows: Vec<VersionRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .bind::<BigInt, _>(before)
        .bind::<BigInt, _>(i64::from(limit))
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    rows.into_iter().map(ArticleVersion::try_from).collect()
}

#[derive(QueryableByName)]
struct LastRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
}

async fn last(
    conn: &AsyncPgConnection,
    sql: &'static str,
    id: &str,
) -> Result<Option<u64>, StoreError> {
    let row: Option<LastRow> = Statement::new(sql)
        .bind::<Text, _>(id.to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    let last = row.and_then(|row| row.last);
    Ok(last.map(|last| u64::try_from(last).unwrap_or_default()))
}

pub(super) async fn last_of_article(
    conn: &AsyncPgConnection,
    id: &FaqId,
) -> Result<Option<u64>, StoreError> {
    const SQL: &str = "SELECT max(version) AS last FROM ___xtr_faq_history WHERE faq_id = {}";
    last(conn, SQL, id.as_str()).await
}

pub(super) async fn last_of_category(
    conn: &AsyncPgConnection,
    id: &CategoryId,
) -> Result<Option<u64>, StoreError> {
    const SQL: &str =
        "SELECT max(version) AS last FROM ___xtr_faq_category_history WHERE cat_id = {}";
    last(conn, SQL, id.as_str()).await
}

#[derive(QueryableByName)]
struct UntouchedRow {
    #[diesel(sql_type = Bool)]
    untouched: bool,
}

/// Whether nothing was ever written. Two who ask at once are answered one after the other.
pub(super) async fn claim_untouched(conn: &AsyncPgConnection) -> Result<bool, StoreError> {
    /// Any number will do as long as nothing else in the database uses it: "faq" in ASCII.
    const LOCK: i64 = 0x0066_6171;
    const SQL: &str = "SELECT NOT EXISTS (SELECT 1 FROM ___xtr_faq_history) \
        AND NOT EXISTS (SELECT 1 FROM ___xtr_faq_category_history) AS untouched";
    Statement::new("SELECT pg_advisory_xact_lock({})")
        .bind::<BigInt, _>(LOCK)
        .run(conn)
        .await
        .map_err(from_diesel)?;
    let row: Option<UntouchedRow> = Statement::new(SQL).row(conn).await.map_err(from_diesel)?;
    Ok(row.is_some_and(|row| row.untouched))
}
