//! `GET /api/support/faq/:faqId/versions`

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::{Article, ArticleVersion, FaqError, Text};
use serde::Serialize;
use shared_kernel::Limit;
use utoipa::ToSchema;
use views::words::ArticleChange;
use views::{Instant, instant};

use super::faq_path::FaqPath;
use crate::http::caller::StaffOnly;
use crate::http::cursor::{self, Cursors};
use crate::http::field::{Errors, fields};
use crate::http::large_answer::LargeAnswer;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

/// A question and its answer in one language.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextView {
    pub question: String,
    /// Markdown, as written.
    pub answer: String,
}

impl From<&Text> for TextView {
    fn from(text: &Text) -> Self {
        Self {
            question: text.question.as_str().to_owned(),
            answer: text.answer.as_str().to_owned(),
        }
    }
}

/// What an article was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotView {
    pub category: String,
    pub tags: Vec<String>,
    pub order: i32,
    pub published: bool,
    pub created_by: String,
    pub created_at: Instant,
    /// By language.
    pub texts: BTreeMap<String, TextView>,
}

impl From<&Article> for SnapshotView {
    fn from(article: &Article) -> Self {
        let content = &article.content;
        let texts = content.texts.all().iter();
        Self {
            category: content.category.to_string(),
            tags: content.tags.iter().map(str::to_owned).collect(),
            order: content.order.get(),
            published: content.published,
            created_by: article.created_by.to_string(),
            created_at: instant(article.created_at),
            texts: texts
                .map(|(locale, text)| (locale.to_string(), text.into()))
                .collect(),
        }
    }
}

/// A version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionView {
    pub version: u64,
    pub change: ArticleChange,
    pub changed_by: String,
    pub changed_at: Instant,
    /// How it stood afterwards; of a deleted one, before.
    pub snapshot: SnapshotView,
}

impl From<&ArticleVersion> for VersionView {
    fn from(version: &ArticleVersion) -> Self {
        Self {
            version: version.article.version,
            change: version.change.into(),
            changed_by: version.by.to_string(),
            changed_at: instant(version.at),
            snapshot: SnapshotView::from(&version.article),
        }
    }
}

const VERSIONS: Cursors = Cursors("versions");

fields! {
    /// The query.
    pub struct VersionsQuery {
        /// 1 to 100; 100 when absent.
        optional limit: Limit,
        /// `X-Next-Cursor` of the part before.
        optional cursor: String,
    }
}

/// The versions of an article, the latest first; of a deleted one too. Staff only.
#[utoipa::path(get, path = "/api/support/faq/{faqId}/versions", tag = "faq", operation_id = "faqVersions", responses(
    (status = 200, description = "The versions", body = Vec<VersionView>),
    (status = 404, description = "There never was such an article"),
))]
pub async fn versions(
    request: HttpRequest,
    state: web::Data<AppState>,
    _: StaffOnly,
    _turn: LargeAnswer,
    FaqPath(id): FaqPath,
    Query(query): Query<VersionsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let limit = errors.optional("limit", query.limit);
    let before = VERSIONS.taken(&mut errors, query.cursor, Some::<u64>);
    errors.finish()?;
    let limit = limit.map_or(Limit::MAX, Limit::get);
    let articles = &state.faq.queries;
    // One more than asked for tells whether more follow.
    let mut versions = articles
        .article_versions_before(&id, before, limit + 1)
        .await?;
    if versions.is_empty() && before.is_none() {
        return Err(FaqError::ArticleNotFound.into());
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = versions.len() > most;
    versions.truncate(most);
    let mut response = HttpResponse::Ok();
    if let Some(last) = versions.last().filter(|_| has_more) {
        let next = VERSIONS.written(&last.article.version);
        cursor::told(&mut response, &request, next);
    }
    let views: Vec<_> = versions.iter().map(VersionView::from).collect();
    Ok(response.json(views))
}
