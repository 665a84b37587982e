//! `GET /api/support/faq/stats/unanswered`

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::DateTime;
use faq_domain::Locale;
use faq_domain::unanswered::{Unanswered, UnansweredPosition};
use serde::Serialize;
use shared_kernel::Limit;
use utoipa::ToSchema;
use views::{Instant, instant};

use crate::http::caller::StaffOnly;
use crate::http::cursor::{self, Cursors};
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

/// Listed when no limit is named.
const USUAL: u32 = 50;

const UNANSWERED: Cursors = Cursors("unanswered");

fields! {
    /// The query.
    pub struct UnansweredQuery {
        /// 1 to 100; 50 when absent.
        optional limit: Limit,
        /// `X-Next-Cursor` of the part before.
        optional cursor: String,
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
#[utoipa::path(get, path = "/api/support/faq/stats/unanswered", tag = "faq", operation_id = "unansweredFaqs",
    responses((status = 200, description = "The searches", body = Vec<UnansweredView>)))]
pub async fn unanswered(
    request: HttpRequest,
    state: web::Data<AppState>,
    _: StaffOnly,
    Query(query): Query<UnansweredQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let limit = errors.optional("limit", query.limit);
    let after = UNANSWERED.taken(&mut errors, query.cursor, position);
    errors.finish()?;
    let limit = limit.map_or(USUAL, Limit::get);
    let kept = state.faq.unanswered.store();
    // One more than asked for tells whether more follow.
    let mut asked = match &after {
        Some(last) => kept.unanswered_after(last, limit + 1).await?,
        None => kept.unanswered(limit + 1).await?,
    };
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = asked.len() > most;
    asked.truncate(most);
    let mut response = HttpResponse::Ok();
    if let Some(last) = asked.last().filter(|_| has_more) {
        let (micros, locale) = (last.last_at.timestamp_micros(), last.locale.to_string());
        let next = UNANSWERED.written(&(last.times, micros, &last.query, locale));
        cursor::told(&mut response, &request, next);
    }
    let views: Vec<UnansweredView> = asked.into_iter().map(UnansweredView::from).collect();
    Ok(response.json(views))
}

fn position(
    (times, micros, query, locale): (u64, i64, String, String),
) -> Option<UnansweredPosition> {
    DateTime::from_timestamp_micros(micros)?;
    let is_stored = !query.contains('\0');
    let locale = Locale::parse(&locale)?;
    is_stored.then_some(UnansweredPosition {
        times,
        micros,
        query,
        locale,
    })
}
