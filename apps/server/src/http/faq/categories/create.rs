//! `POST /api/support/faq/categories`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use faq_domain::category::{CategoryName, Description, Icon};
use faq_domain::use_cases::{CreateCategory, create_category};
use faq_domain::{CategoryDetails, CategoryFile, CategoryId, Order};
use shared_kernel::Caller;
use views::faq::FaqCategoryView;

use crate::http::answer::Answer;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// The category.
    pub struct CreateCategoryBody {
        /// Chosen for good: articles name their category by it.
        required id: CategoryId,
        required name: CategoryName,
        /// Empty when absent.
        optional description: Description,
        /// An emoji or the name of an icon.
        optional icon: Icon,
        /// Among the categories; 0 when absent.
        optional order: Order,
        /// Not published when absent.
        optional published: bool,
    }
}

impl CreateCategoryBody {
    /// Reads the category; every refused field is reported.
    fn read(self) -> Result<CreateCategory, Problem> {
        let mut errors = Errors::default();
        let id = errors.required("id", self.id);
        let name = errors.required("name", self.name);
        let description = errors.optional("description", self.description);
        let icon = errors.optional("icon", self.icon);
        let order = errors.optional("order", self.order).unwrap_or_default();
        let published = errors
            .optional("published", self.published)
            .unwrap_or(false);
        let (Some(id), Some(name)) = (id, name) else {
            return Err(errors.into_problem());
        };
        errors.finish()?;
        let details = CategoryDetails {
            name,
            description: description.unwrap_or_else(|| Description::from_stored(String::new())),
            icon,
            order,
            published,
        };
        Ok(CreateCategory { id, details })
    }
}

/// Open a category. Staff only.
#[utoipa::path(post, path = "/api/support/faq/categories", tag = "faq", operation_id = "createFaqCategory", responses(
    (status = 201, description = "Created", body = FaqCategoryView),
    (status = 409, description = "Another category has this id"),
))]
pub async fn create(
    request: Repeatable,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    body: JsonBody<CreateCategoryBody>,
) -> Result<HttpResponse, Problem> {
    let ask = body.value.read()?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| create_category(tx, state.surroundings(), &actor.id, ask.clone()).await,
            |file: &CategoryFile| Answer::json(StatusCode::CREATED, &FaqCategoryView::from(file)),
        )
        .await
}
