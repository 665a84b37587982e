//! `GET /api/support/faq/categories`

use actix_web::{HttpResponse, web};
use faq_domain::Scope;
use views::faq::FaqCategoryView;

use crate::http::caller::MaybeUser;
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct ListCategoriesQuery {
        /// For staff; others never see what is not published.
        optional published: bool,
    }
}

/// List categories in their order: published ones; for staff, all.
#[utoipa::path(get, path = "/api/support/faq/categories", tag = "faq", operation_id = "listFaqCategories",
    responses((status = 200, description = "The categories", body = Vec<FaqCategoryView>)))]
pub async fn list(
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    Query(query): Query<ListCategoriesQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let published = errors.optional("published", query.published);
    errors.finish()?;
    let categories = state
        .faq
        .queries
        .categories(Scope::of(&caller), published)
        .await?;
    let views: Vec<_> = categories.iter().map(FaqCategoryView::from).collect();
    Ok(HttpResponse::Ok().json(views))
}
