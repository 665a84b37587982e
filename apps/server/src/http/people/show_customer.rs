//! `GET /api/customers/:customerId`

use actix_web::{HttpResponse, web};
use views::tickets::{Audience, CustomerView};

use super::person_path::{CustomerPath, no_customer};
use crate::http::caller::StaffOnly;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;

/// One customer. Staff only.
#[utoipa::path(get, path = "/api/customers/{customerId}", tag = "people", operation_id = "showCustomer",
    params(("customerId" = String, Path)), responses(
    (status = 200, description = "The customer", body = CustomerView),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
    (status = 404, description = "Nobody has this id", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn show(
    state: web::Data<AppState>,
    _: StaffOnly,
    CustomerPath(id): CustomerPath,
) -> Result<HttpResponse, Problem> {
    let customer = state.desk.directory.customer_of_id(&id).await?;
    let customer = customer.ok_or_else(no_customer)?;
    Ok(HttpResponse::Ok().json(CustomerView::new(&customer, &Audience::Staff)))
}
