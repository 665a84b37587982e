//! `GET /api/staff`

use actix_web::{HttpResponse, web};
use shared_kernel::{Limit, PageNumber, StaffId};
use support_domain::ports::TeamStart;
use views::people::{ColleagueView, TeamView};

use crate::http::caller::StaffOnly;
use crate::http::cursor::Cursors;
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

const DEFAULT_LIMIT: u32 = 20;

const TEAM: Cursors = Cursors("staff");

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
#[utoipa::path(get, path = "/api/staff", tag = "people", operation_id = "listStaff", responses((status = 200, description = "A part of the team", body = TeamView)))]
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
    let after = TEAM.taken(&mut errors, query.cursor, last_of);
    let start = after.map_or(TeamStart::Page(page), TeamStart::After);
    let Some(limit) = limit else {
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
        next_cursor: last.map(|one| TEAM.written(&one.staff.id.as_str())),
    }))
}

fn last_of(id: String) -> Option<StaffId> {
    StaffId::parse(id).ok()
}
