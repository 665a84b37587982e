//! `GET /api/support/faq/:faqId`

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::readers::View;
use faq_domain::{FaqError, Locale, Scope};
use shared_kernel::{Caller, FaqId};
use views::faq::FaqView;

use super::faq_path::FaqPath;
use super::languages::Preferred;
use crate::faq::kept::{Kept, Served};
use crate::http::caller::MaybeUser;
use crate::http::field::{Errors, fields};
use crate::http::if_none_match;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

/// Whoever keeps a copy asks each time whether it is still good: an article is right within a
/// second after it was changed anywhere.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("public, max-age=0, must-revalidate");
/// What is not for everybody, or counts each time, is not kept.
const KEEP_NOT: HeaderValue = HeaderValue::from_static("private, no-store");

fields! {
    /// The query.
    pub struct ShowFaqQuery {
        /// Whether this counts as a view: once per reader and half hour.
        optional incrementView: bool,
        /// The language to answer in; `Accept-Language` when absent.
        optional locale: Locale,
    }
}

/// One article, in the language asked for, else in French, else in any there is.
#[utoipa::path(get, path = "/api/support/faq/{faqId}", tag = "faq", operation_id = "showFaq", params(("If-None-Match" = Option<String>, Header)), responses(
    (status = 200, description = "The article; ETag names its version, counters and language", body = FaqView),
    (status = 304, description = "The copy the reader has is still good"),
))]
pub async fn show(
    request: HttpRequest,
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    FaqPath(id): FaqPath,
    preferred: Preferred,
    Query(query): Query<ShowFaqQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let languages = preferred.after(errors.optional("locale", query.locale));
    let counts = errors.optional("incrementView", query.incrementView);
    errors.finish()?;
    let kept = readable(&state, &caller, &id).await?;
    let counts = counts.unwrap_or_default();
    // Whoever changes their looks with each request is still at one address.
    if counts && state.admission.page_views.check(&request).is_ok() {
        let view = View {
            article: id,
            visitor: state.faq.visitors.of(&caller, &request),
            at: state.process.clock.now(),
        };
        state.faq.articles.note(&kept, view);
    }
    let served = kept.served(&languages)?;
    let for_all = kept.file().is_public() && !counts;
    let keeping = if for_all { ASK_AGAIN } else { KEEP_NOT };
    Ok(answer(&request, &served, keeping))
}

/// The article, if the caller may read it.
pub(super) async fn readable(
    state: &AppState,
    caller: &Caller,
    id: &FaqId,
) -> Result<Arc<Kept>, Problem> {
    let scope = Scope::of(caller);
    let kept = state.faq.articles.find(id).await?;
    kept.filter(|kept| scope.holds(kept.file()))
        .ok_or_else(|| FaqError::ArticleNotFound.into())
}

fn answer(request: &HttpRequest, served: &Served, keeping: HeaderValue) -> HttpResponse {
    let held = if_none_match::is_held(request, &served.tag);
    let mut response = if held {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, served.tag.clone()))
        .insert_header((header::CACHE_CONTROL, keeping))
        .insert_header((header::CONTENT_LANGUAGE, served.language.clone()))
        .insert_header((header::VARY, HeaderValue::from_static("Accept-Language")));
    if held {
        return response.finish();
    }
    response
        .insert_header((
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ))
        .body(served.body.clone())
}
