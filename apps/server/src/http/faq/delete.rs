//! `DELETE /api/support/faq/:faqId`

use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::use_cases::delete_article;
use shared_kernel::Caller;

use super::entity_tag::IfMatchArticle;
use super::faq_path::FaqPath;
use crate::http::answer::Answer;
use crate::http::caller::StaffOnly;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

/// Remove an article with its counters and votes. Its versions stay, and can be restored. Staff only.
#[utoipa::path(delete, path = "/api/support/faq/{faqId}", tag = "faq", operation_id = "deleteFaq",
    params(("faqId" = String, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses(
    (status = 204, description = "Removed"),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
    (status = 404, description = "No such article", body = ProblemBody),
    (status = 412, description = "If-Match names a version that has passed", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn delete(
    request: HttpRequest,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    FaqPath(id): FaqPath,
    IfMatchArticle(expected_version): IfMatchArticle,
) -> Result<HttpResponse, Problem> {
    Write::of(&state, &request, &Caller::Known(actor.clone()), &[])?
        .run(
            async |tx| {
                delete_article(
                    tx,
                    state.surroundings(),
                    &actor.id,
                    &id,
                    expected_version.as_ref(),
                )
                .await
            },
            |(): &()| Ok(Answer::no_content()),
        )
        .await
}
