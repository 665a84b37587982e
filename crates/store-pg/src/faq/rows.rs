//! Rows of the knowledge base and what they mean.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text as SqlText, Timestamptz};
use faq_domain::category::{CategoryName, Description, Icon};
use faq_domain::{
    Answer, Article, ArticleFile, Category, CategoryDetails, CategoryId, Content, Counters, Locale,
    Order, Question, Scope, Tags, Text, Texts,
};
use shared_kernel::{FaqId, StoreError, UserId};

use crate::bigint::from_bigint;
use crate::error::bad_row;

/// The columns [`ArticleRow`] reads, from [`ARTICLES_ALONE`] and [`TEXTS`].
pub(super) const ARTICLE_COLUMNS: &str = "f.faq_id, f.faq_category, f.faq_order, f.faq_published, f.faq_tags, f.faq_created_by, f.faq_version, \
    f.created_at, f.updated_at, c.cat_published, coalesce(k.views, 0) AS views, coalesce(k.helpful, 0) AS helpful, \
    coalesce(k.not_helpful, 0) AS not_helpful, coalesce(k.changes, 0) AS changes, t.locales, t.questions, t.answers";

/// Articles with their category and their counters: enough to choose and order them by.
pub(super) const ARTICLES_ALONE: &str = "___xtr_faq f JOIN ___xtr_faq_category c ON c.cat_id = f.faq_category LEFT JOIN faq_counter k ON k.faq_id = f.faq_id";

/// The same, and all they say.
pub(super) const TEXTS: &str = "CROSS JOIN LATERAL (SELECT coalesce(array_agg(x.txt_locale::text ORDER BY x.txt_locale), ARRAY[]::text[]) AS locales, \
    coalesce(array_agg(x.txt_question::text ORDER BY x.txt_locale), ARRAY[]::text[]) AS questions, \
    coalesce(array_agg(x.txt_answer ORDER BY x.txt_locale), ARRAY[]::text[]) AS answers \
    FROM ___xtr_faq_text x WHERE x.faq_id = f.faq_id) t";

/// The condition under which everybody may see an article: where its row is `$article`, and its
/// category's `$category`.
macro_rules! is_public {
    ($article:literal, $category:literal) => {
        concat!(
            "(",
            $article,
            ".faq_published AND ",
            $category,
            ".cat_published)"
        )
    };
}
pub(crate) use is_public;

/// The condition under which a scope holds an article of [`ARTICLES_ALONE`].
pub(super) fn held_by(scope: Scope) -> &'static str {
    match scope {
        Scope::All => "true",
        Scope::Published => is_public!("f", "c"),
    }
}

#[derive(QueryableByName)]
pub(super) struct ArticleRow {
    #[diesel(sql_type = SqlText)]
    faq_id: String,
    #[diesel(sql_type = SqlText)]
    faq_category: String,
    #[diesel(sql_type = Integer)]
    faq_order: i32,
    #[diesel(sql_type = Bool)]
    faq_published: bool,
    #[diesel(sql_type = Array<SqlText>)]
    faq_tags: Vec<String>,
    #[diesel(sql_type = SqlText)]
    faq_created_by: String,
    #[diesel(sql_type = BigInt)]
    faq_version: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    cat_published: bool,
    #[diesel(sql_type = BigInt)]
    views: i64,
    #[diesel(sql_type = BigInt)]
    helpful: i64,
    #[diesel(sql_type = BigInt)]
    not_helpful: i64,
    #[diesel(sql_type = BigInt)]
    changes: i64,
    #[diesel(sql_type = Array<SqlText>)]
    locales: Vec<String>,
    #[diesel(sql_type = Array<SqlText>)]
    questions: Vec<String>,
    #[diesel(sql_type = Array<SqlText>)]
    answers: Vec<String>,
}

impl TryFrom<ArticleRow> for ArticleFile {
    type Error = StoreError;

    fn try_from(row: ArticleRow) -> Result<Self, StoreError> {
        let bad = |column: &str| bad_row("___xtr_faq", &row.faq_id, column);
        let mut texts = BTreeMap::new();
        let said = row.questions.into_iter().zip(row.answers);
        for (tag, (question, answer)) in row.locales.iter().zip(said) {
            let locale = Locale::parse(tag).ok_or_else(|| bad("txt_locale"))?;
            texts.insert(locale, stored_text(question, answer));
        }
        let content = Content {
            category: CategoryId::parse(&row.faq_category).ok_or_else(|| bad("faq_category"))?,
            order: Order::new(row.faq_order.into()).ok_or_else(|| bad("faq_order"))?,
            published: row.faq_published,
            tags: Tags::from_stored(row.faq_tags),
            texts: Texts::from_all(texts).ok_or_else(|| bad("txt_locale"))?,
        };
        let article = Article {
            id: FaqId::parse(row.faq_id.clone()).map_err(|_| bad("faq_id"))?,
            content,
            created_by: UserId::parse(row.faq_created_by.clone())
                .map_err(|_| bad("faq_created_by"))?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: u64::try_from(row.faq_version).map_err(|_| bad("faq_version"))?,
        };
        Ok(Self {
            article,
            category_published: row.cat_published,
            counters: Counters {
                views: row.views,
                helpful: row.helpful,
                not_helpful: row.not_helpful,
                changes: row.changes,
            },
        })
    }
}

/// A text as an earlier, looser rule may have let it in.
pub(super) fn stored_text(question: String, answer: String) -> Text {
    Text {
        question: Question::from_stored(question),
        answer: Answer::from_stored(answer),
    }
}

/// The columns [`CategoryRow`] reads, from `___xtr_faq_category c`.
pub(super) const CATEGORY_COLUMNS: &str = "c.cat_id, c.cat_name, c.cat_description, c.cat_icon, c.cat_order, c.cat_published, c.cat_version, \
    c.created_at, c.updated_at";

#[derive(QueryableByName)]
pub(super) struct CategoryRow {
    #[diesel(sql_type = SqlText)]
    cat_id: String,
    #[diesel(sql_type = SqlText)]
    cat_name: String,
    #[diesel(sql_type = SqlText)]
    cat_description: String,
    #[diesel(sql_type = Nullable<SqlText>)]
    cat_icon: Option<String>,
    #[diesel(sql_type = Integer)]
    cat_order: i32,
    #[diesel(sql_type = Bool)]
    cat_published: bool,
    #[diesel(sql_type = BigInt)]
    cat_version: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

impl TryFrom<CategoryRow> for Category {
    type Error = StoreError;

    fn try_from(row: CategoryRow) -> Result<Self, StoreError> {
        let bad = |column: &str| bad_row("___xtr_faq_category", &row.cat_id, column);
        Ok(Self {
            id: CategoryId::parse(&row.cat_id).ok_or_else(|| bad("cat_id"))?,
            details: CategoryDetails {
                order: Order::new(row.cat_order.into()).ok_or_else(|| bad("cat_order"))?,
                published: row.cat_published,
                name: CategoryName::from_stored(row.cat_name),
                description: Description::from_stored(row.cat_description),
                icon: row.cat_icon.map(Icon::from_stored),
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: u64::try_from(row.cat_version).map_err(|_| bad("cat_version"))?,
        })
    }
}

/// A number of rows, or one that only grows.
#[derive(QueryableByName)]
pub(super) struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl CountRow {
    pub(super) fn get(self) -> u64 {
        from_bigint(self.count)
    }
}
