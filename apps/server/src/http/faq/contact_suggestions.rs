//! `POST /api/support/contact/suggestions`

use std::collections::BTreeSet;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::ports::ArticleFilter;
use faq_domain::search::{FoundArticle, Manner, Search};
use faq_domain::{Languages, Locale, Scope};
use markup::{excerpt, to_plain};
use serde::Serialize;
use shared_kernel::{Body, SingleLine, StoreError};
use utoipa::ToSchema;
use views::faq::FaqView;

use super::languages::Preferred;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::state::AppState;

/// How many are worth showing before a form is sent.
const MOST: u32 = 5;

fields! {
    /// The form as far as it is filled in.
    pub struct ContactSuggestionsBody {
        optional subject: SingleLine<0, 200>,
        optional message: Body<0, 20_000>,
        /// The language to answer in; `Accept-Language` when absent.
        optional locale: Locale,
    }
}

/// An article that may solve what somebody is about to write.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactSuggestion {
    pub id: String,
    pub question: String,
    /// A part of the answer as HTML, in which nothing but `<mark>` is an element.
    pub excerpt: String,
    /// The whole answer as HTML.
    pub answer_html: String,
    pub category: String,
    /// The higher, the better it fits. Only good for comparing.
    pub score: f32,
}

/// Published articles that may solve it, best first: at most five, none when none fits well.
///
/// Nothing is kept, neither the words nor that they were asked.
#[utoipa::path(post, path = "/api/support/contact/suggestions", tag = "faq", operation_id = "suggestForContact", responses(
    (status = 200, description = "The articles", body = Vec<ContactSuggestion>),
    (status = 429, description = "Too many searches from this address"),
))]
pub async fn suggestions(
    request: HttpRequest,
    state: web::Data<AppState>,
    preferred: Preferred,
    body: JsonBody<ContactSuggestionsBody>,
) -> Result<HttpResponse, Problem> {
    state.admission.searches.check(&request)?;
    let mut errors = Errors::default();
    let subject = errors.optional("subject", body.value.subject);
    let message = errors.optional("message", body.value.message);
    let languages = preferred.after(errors.optional("locale", body.value.locale));
    errors.finish()?;
    let parts = [
        subject.map(SingleLine::into_string).unwrap_or_default(),
        message.map(Body::into_string).unwrap_or_default(),
    ];
    let search = Search {
        words: parts.join("\n"),
        languages,
        filter: ArticleFilter::all(Scope::Published),
        manner: Manner::Letter,
        offset: 0,
        limit: MOST,
    };
    let found = state.faq.search.search(&search).await?;
    let suggestions: Vec<_> = found
        .articles
        .iter()
        .map(|one| suggestion(one, &search.languages, &found.marks))
        .collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(suggestions))
}

fn suggestion(
    one: &FoundArticle,
    languages: &Languages,
    marks: &BTreeSet<String>,
) -> Result<ContactSuggestion, StoreError> {
    let (view, _) = FaqView::new(&one.file, languages)?;
    Ok(ContactSuggestion {
        id: view.id,
        excerpt: excerpt(&to_plain(&view.answer), marks),
        question: view.question,
        answer_html: view.answer_html,
        category: view.category,
        score: one.score,
    })
}
