//! `GET /api/support/faq/categories/:categoryId`

use actix_web::{HttpResponse, web};
use faq_domain::{FaqError, Scope};
use views::faq::FaqCategoryView;

use super::category_path::CategoryPath;
use crate::http::caller::MaybeUser;
use crate::http::problem::Problem;
use crate::http::state::AppState;

/// One category.
#[utoipa::path(get, path = "/api/support/faq/categories/{categoryId}", tag = "faq", operation_id = "showFaqCategory",
    responses((status = 200, description = "The category", body = FaqCategoryView)))]
pub async fn show(
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    CategoryPath(id): CategoryPath,
) -> Result<HttpResponse, Problem> {
    let found = state.faq.queries.category(&id, Scope::of(&caller)).await?;
    let file = found.ok_or(FaqError::CategoryNotFound)?;
    Ok(HttpResponse::Ok().json(FaqCategoryView::from(&file)))
}
