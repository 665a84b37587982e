//! `GET /api/support/faq/:faqId`

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use faq_domain::{FaqError, Locale, Scope};

use super::entity_tag;
use super::faq_path::FaqPath;
use super::languages::Preferred;
use super::views::FaqView;
use crate::auth::MaybeUser;
use crate::http::field::{Errors, fields};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::state::AppState;

fields! {
    /// The query.
    pub struct ShowFaqQuery {
        /// The language to answer in; `Accept-Language` when absent.
        optional locale: Locale,
    }
}

/// One article, in the language asked for, else in French, else in any there is.
#[utoipa::path(get, path = "/api/support/faq/{faqId}", tag = "faq", operation_id = "showFaq",
    params(("faqId" = String, Path), ShowFaqQuery, ("Accept-Language" = Option<String>, Header)), responses(
    (status = 200, description = "The article; ETag names its version", body = FaqView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 404, description = "No such article for this caller", body = ProblemBody),
), security((), ("bearer" = [])))]
pub async fn show(
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    FaqPath(id): FaqPath,
    preferred: Preferred,
    Query(query): Query<ShowFaqQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let languages = preferred.after(errors.optional("locale", query.locale));
    errors.finish()?;
    let scope = Scope::of(&caller);
    let file = state.faq.article(&id).await?;
    let file = file
        .filter(|file| scope.holds(file))
        .ok_or(FaqError::ArticleNotFound)?;
    let (view, shown) = FaqView::new(&file, &languages)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, entity_tag::tag(&file, &shown)))
        .insert_header((header::CONTENT_LANGUAGE, shown.as_str()))
        .insert_header((header::VARY, "Accept-Language"))
        .json(view))
}
