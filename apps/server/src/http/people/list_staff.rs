//! `GET /api/staff`

use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared_kernel::{Limit, PageNumber, StaffId};
use support_domain::ports::TeamStart;
use views::people::{ColleagueView, TeamView};

use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, Field, Refusal, fields};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

const DEFAULT_LIMIT: u32 = 20;

fields! {
    /// The query.
    pub struct ListStaffQuery {
        /// From 1.
        optional page: PageNumber,
        /// 1 to 100; 20 when absent.
        optional limit: Limit,
        /// `nextCursor` of the part before; instead of `page`.
        optional cursor: String,
        /// Only those tickets can be assigned to, or only those who left.
        optional active: bool,
    }
}

/// The team, in the order of ids. Staff only.
#[utoipa::path(get, path = "/api/staff", tag = "people", operation_id = "listStaff", params(ListStaffQuery), responses(
    (status = 200, description = "A part of the team", body = TeamView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    _: StaffOnly,
    Query(query): Query<ListStaffQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let page = errors
        .optional("page", query.page)
        .unwrap_or(PageNumber::FIRST);
    let limit = errors
        .optional("limit", query.limit)
        .or_else(|| Limit::new(DEFAULT_LIMIT));
    let active = errors.optional("active", query.active);
    let start = start(&mut errors, page, query.cursor);
    let (Some(start), Some(limit)) = (start, limit) else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let part = state.desk.directory.team(active, &start, limit).await?;
    let last = part.items.last().filter(|_| part.has_more);
    Ok(HttpResponse::Ok().json(TeamView {
        staff: part.items.iter().map(ColleagueView::from).collect(),
        total: part.total,
        page: match start {
            TeamStart::Page(page) => page.get(),
            TeamStart::After(_) => PageNumber::FIRST.get(),
        },
        limit: limit.get(),
        next_cursor: last.map(|one| URL_SAFE_NO_PAD.encode(one.staff.id.as_str())),
    }))
}

/// Where the part starts; nothing, and a refusal, for what is no cursor.
fn start(errors: &mut Errors, page: PageNumber, cursor: Field<String>) -> Option<TeamStart> {
    let Some(text) = errors.optional("cursor", cursor) else {
        return Some(TeamStart::Page(page));
    };
    let read = || String::from_utf8(URL_SAFE_NO_PAD.decode(&text).ok()?).ok();
    let last = read().and_then(|id| StaffId::parse(id).ok());
    if last.is_none() {
        errors.add(
            "cursor",
            &Refusal::new("invalid_cursor", "curseur invalide"),
        );
    }
    last.map(TeamStart::After)
}
