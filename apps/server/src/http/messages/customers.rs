//! `GET /api/messages/customers`

use actix_web::{HttpResponse, web};
use serde::Serialize;
use shared_kernel::Limit;
use utoipa::ToSchema;

use super::envelope::Enveloped;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, fields};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct CustomersQuery {
        /// 1 to 100; 100 when absent.
        optional limit: Limit,
    }
}

/// A customer to write to.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerLineView {
    pub cst_id: String,
    /// Family name; the whole name when only one word is known, empty when none is.
    pub cst_name: String,
    /// First name; empty when unknown.
    pub cst_fname: String,
    pub cst_mail: Option<String>,
}

/// Customers, the latest first. Staff only.
#[utoipa::path(get, path = "/api/messages/customers", tag = "messages", operation_id = "listCustomers", params(CustomersQuery), responses(
    (status = 200, description = "The customers", body = Enveloped<Vec<CustomerLineView>>),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn customers(
    state: web::Data<AppState>,
    _: StaffOnly,
    Query(query): Query<CustomersQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let limit = errors
        .optional("limit", query.limit)
        .or_else(|| Limit::new(Limit::MAX));
    let Some(limit) = limit else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let customers = state.desk.messages.customers(limit).await?;
    let data: Vec<_> = customers
        .into_iter()
        .map(|line| CustomerLineView {
            cst_id: line.id.to_string(),
            cst_name: line.name,
            cst_fname: line.first_name,
            cst_mail: line.email,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Enveloped::new(data)))
}
