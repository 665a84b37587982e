//! `GET /api/staff/:staffId`

use actix_web::{HttpResponse, web};
use views::people::ColleagueView;

use super::person_path::{StaffPath, no_staff};
use crate::http::caller::StaffOnly;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;

/// One of the team. Staff only.
#[utoipa::path(get, path = "/api/staff/{staffId}", tag = "people", operation_id = "showStaff",
    params(("staffId" = String, Path)), responses(
    (status = 200, description = "The colleague", body = ColleagueView),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
    (status = 404, description = "Nobody has this id", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn show(
    state: web::Data<AppState>,
    _: StaffOnly,
    StaffPath(id): StaffPath,
) -> Result<HttpResponse, Problem> {
    let colleague = state.desk.directory.colleague(&id).await?;
    let colleague = colleague.ok_or_else(no_staff)?;
    Ok(HttpResponse::Ok().json(ColleagueView::from(&colleague)))
}
