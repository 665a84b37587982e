//! `GET /api/support/faq/suggest`

use std::collections::BTreeSet;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::ports::ArticleFilter;
use faq_domain::search::{Manner, Search};
use faq_domain::{Article, Languages, Locale, Scope};
use markup::marked;
use serde::Serialize;
use shared_kernel::StoreError;
use utoipa::ToSchema;

use super::languages::Preferred;
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

/// How many are suggested.
const MOST: u32 = 8;
/// How long a browser may go without asking again. Typing forth and back asks the same often.
const CACHE: &str = "public, max-age=30";

fields! {
    /// The query.
    pub struct SuggestQuery {
        /// What has been typed so far.
        optional q: String,
        /// The language to answer in; `Accept-Language` when absent.
        optional locale: Locale,
    }
}

/// An article that may be what somebody is typing for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggestion {
    pub id: String,
    pub question: String,
    /// The question as HTML, in which nothing but `<mark>` is an element.
    pub highlight: String,
    pub category: String,
}

/// Published articles for what is being typed, whoever types: at most eight, best first.
#[utoipa::path(get, path = "/api/support/faq/suggest", tag = "faq", operation_id = "suggestFaqs", responses(
    (status = 200, description = "The articles; none for an empty `q`", body = Vec<Suggestion>),
    (status = 429, description = "Too many searches from this address"),
))]
pub async fn suggest(
    request: HttpRequest,
    state: web::Data<AppState>,
    preferred: Preferred,
    Query(query): Query<SuggestQuery>,
) -> Result<HttpResponse, Problem> {
    state.admission.searches.check(&request)?;
    let mut errors = Errors::default();
    let words = errors.optional("q", query.q).unwrap_or_default();
    let languages = preferred.after(errors.optional("locale", query.locale));
    errors.finish()?;
    let search = Search {
        words,
        languages,
        filter: ArticleFilter::all(Scope::Published),
        manner: Manner::BeingTyped,
        offset: 0,
        limit: MOST,
    };
    let found = state.faq.search.search(&search).await?;
    let suggestions: Vec<_> = found
        .articles
        .iter()
        .map(|one| suggestion(&one.file.article, &search.languages, &found.marks))
        .collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, CACHE))
        .insert_header((header::VARY, "Accept-Language"))
        .json(suggestions))
}

fn suggestion(
    article: &Article,
    languages: &Languages,
    marks: &BTreeSet<String>,
) -> Result<Suggestion, StoreError> {
    let (_, text) = article
        .content
        .texts
        .choose(languages)
        .ok_or_else(|| StoreError::defect("an article says nothing in any language"))?;
    let question = text.question.as_str();
    Ok(Suggestion {
        id: article.id.to_string(),
        question: question.to_owned(),
        highlight: marked(question, marks),
        category: article.content.category.to_string(),
    })
}
