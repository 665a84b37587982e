//! `PUT /api/support/faq/categories/:categoryId`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::category::{CategoryName, Description, Icon};
use faq_domain::use_cases::{UpdateCategory, update_category};
use faq_domain::{CategoryFile, Order};
use shared_kernel::Caller;
use views::faq::FaqCategoryView;

use super::category_path::CategoryPath;
use crate::http::answer::Answer;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// What is to be otherwise; what is left out stays as it is. The id is for good.
    pub struct UpdateCategoryBody {
        optional name: CategoryName,
        optional description: Description,
        /// Null, or an empty text, takes it away.
        optional icon: Icon,
        optional order: Order,
        optional published: bool,
    }
}

impl UpdateCategoryBody {
    /// Reads the change; every refused field is reported.
    fn read(self) -> Result<UpdateCategory, Problem> {
        let mut errors = Errors::default();
        let takes_icon_away = self.icon.empties();
        let icon = errors.optional("icon", self.icon);
        let ask = UpdateCategory {
            name: errors.optional("name", self.name),
            description: errors.emptied("description", self.description),
            icon: (takes_icon_away || icon.is_some()).then_some(icon),
            order: errors.optional("order", self.order),
            published: errors.optional("published", self.published),
        };
        errors.finish()?;
        Ok(ask)
    }
}

/// Change a category. Unpublishing it hides its articles from the public. Staff only.
#[utoipa::path(put, path = "/api/support/faq/categories/{categoryId}", tag = "faq", operation_id = "updateFaqCategory",
    params(("categoryId" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = UpdateCategoryBody, responses(
    (status = 200, description = "The category as it stands now", body = FaqCategoryView),
    (status = 400, description = "Refused fields", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
    (status = 404, description = "No such category", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn update(
    request: HttpRequest,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    CategoryPath(id): CategoryPath,
    body: JsonBody<UpdateCategoryBody>,
) -> Result<HttpResponse, Problem> {
    let ask = body.value.read()?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| update_category(tx, state.surroundings(), &actor.id, &id, ask.clone()).await,
            |file: &CategoryFile| Answer::json(StatusCode::OK, &FaqCategoryView::from(file)),
        )
        .await
}
