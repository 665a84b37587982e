//! `GET /api/support/faq/stats/unanswered`

use actix_web::{HttpResponse, web};
use faq_domain::unanswered::Unanswered;
use serde::Serialize;
use shared_kernel::Limit;
use utoipa::ToSchema;
use views::{Instant, instant};

use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, fields};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

/// Listed when no limit is named.
const USUAL: u32 = 50;

fields! {
    /// The query.
    pub struct UnansweredQuery {
        optional limit: Limit,
    }
}

/// A search that found nothing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnansweredView {
    /// Lower case, without accents; `*` stands for what could be personal.
    pub query: String,
    pub locale: String,
    /// How often.
    pub count: u64,
    pub first_asked: Instant,
    pub last_asked: Instant,
}

impl From<Unanswered> for UnansweredView {
    fn from(asked: Unanswered) -> Self {
        Self {
            query: asked.query,
            locale: asked.locale.to_string(),
            count: asked.times,
            first_asked: instant(asked.first_at),
            last_asked: instant(asked.last_at),
        }
    }
}

/// What was searched and not found, most often asked first; up to a second old. Staff only.
#[utoipa::path(get, path = "/api/support/faq/stats/unanswered", tag = "faq", operation_id = "unansweredFaqs", params(UnansweredQuery), responses(
    (status = 200, description = "The searches", body = Vec<UnansweredView>),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn unanswered(
    state: web::Data<AppState>,
    _: StaffOnly,
    Query(query): Query<UnansweredQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let limit = errors.optional("limit", query.limit);
    errors.finish()?;
    let asked = state
        .faq
        .unanswered
        .store()
        .unanswered(limit.map_or(USUAL, Limit::get))
        .await?;
    let views: Vec<UnansweredView> = asked.into_iter().map(UnansweredView::from).collect();
    Ok(HttpResponse::Ok().json(views))
}
