//! `POST /api/support/faq/:faqId/versions/:version/restore`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use faq_domain::use_cases::{RestoreArticle, restore_article};
use faq_domain::{ArticleFile, Locale};
use shared_kernel::Caller;
use views::faq::FaqView;

use super::create::article_answer;
use super::entity_tag::IfMatchArticle;
use super::faq_path::FaqPath;
use super::version_path::VersionPath;
use crate::http::caller::StaffOnly;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

/// Bring back what an article once was, as a new version. A deleted article comes back under its id. Staff only.
#[utoipa::path(post, path = "/api/support/faq/{faqId}/versions/{version}/restore", tag = "faq", operation_id = "restoreFaqVersion", params(("version" = u64, Path)), responses(
    (status = 200, description = "The article as it stands now", body = FaqView),
    (status = 400, description = "Its category is gone"),
    (status = 404, description = "There never was such an article, or such a version"),
))]
pub async fn restore(
    request: Repeatable,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    FaqPath(id): FaqPath,
    VersionPath(version): VersionPath,
    IfMatchArticle(expected_version): IfMatchArticle,
) -> Result<HttpResponse, Problem> {
    let ask = RestoreArticle {
        id,
        version,
        expected_version,
    };
    let french = Locale::french();
    Write::of(&state, &request, &Caller::Known(actor.clone()), &[])?
        .run(
            async |tx| restore_article(tx, state.surroundings(), &actor.id, ask.clone()).await,
            |file: &ArticleFile| article_answer(StatusCode::OK, file, &french),
        )
        .await
}
