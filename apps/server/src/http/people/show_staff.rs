//! `GET /api/staff/:staffId`

use actix_web::{HttpResponse, web};
use views::people::ColleagueView;

use super::person_path::{StaffPath, no_staff};
use crate::http::caller::StaffOnly;
use crate::http::problem::Problem;
use crate::http::state::AppState;

/// One of the team. Staff only.
#[utoipa::path(get, path = "/api/staff/{staffId}", tag = "people", operation_id = "showStaff",
    responses((status = 200, description = "The colleague", body = ColleagueView)))]
pub async fn show(
    state: web::Data<AppState>,
    _: StaffOnly,
    StaffPath(id): StaffPath,
) -> Result<HttpResponse, Problem> {
    let colleague = state.desk.directory.colleague(&id).await?;
    let colleague = colleague.ok_or_else(no_staff)?;
    Ok(HttpResponse::Ok().json(ColleagueView::from(&colleague)))
}
