//! `DELETE /api/support/faq/categories/:categoryId`

use actix_web::{HttpResponse, web};
use faq_domain::use_cases::delete_category;
use shared_kernel::Caller;

use super::category_path::CategoryPath;
use crate::http::answer::Answer;
use crate::http::caller::StaffOnly;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

/// Close a category that has no articles. Staff only.
#[utoipa::path(delete, path = "/api/support/faq/categories/{categoryId}", tag = "faq", operation_id = "deleteFaqCategory", responses(
    (status = 204, description = "Removed"),
    (status = 400, description = "Articles stand in it"),
))]
pub async fn delete(
    request: Repeatable,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    CategoryPath(id): CategoryPath,
) -> Result<HttpResponse, Problem> {
    Write::of(&state, &request, &Caller::Known(actor.clone()), &[])?
        .run(
            async |tx| delete_category(tx, state.surroundings(), &actor.id, &id).await,
            |(): &()| Ok(Answer::no_content()),
        )
        .await
}
