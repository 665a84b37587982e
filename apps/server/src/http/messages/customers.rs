//! `GET /api/messages/customers`

use actix_web::{HttpResponse, web};
use messages_domain::ports::{CustomerLine, CustomerPosition};
use serde::Serialize;
use shared_kernel::{CustomerId, Limit, Page, PageNumber, Start};
use utoipa::ToSchema;

use super::list::Pagination;
use crate::http::caller::StaffOnly;
use crate::http::cursor::{self, Cursors};
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

const CUSTOMERS: Cursors = Cursors("customers");

fields! {
    /// The query.
    pub struct CustomersQuery {
        /// From 1.
        optional page: PageNumber,
        /// 1 to 100; 100 when absent.
        optional limit: Limit,
        /// `nextCursor` of the part before; instead of `page`.
        optional cursor: String,
        /// Parts of names, address or id: a customer is listed who has all of them.
        optional search: String,
    }
}

/// A customer to write to.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerLineView {
    pub cst_id: String,
    /// The first name, as everywhere; empty where there is none.
    pub cst_fname: String,
    /// The family name, or the only one.
    pub cst_name: String,
    #[schema(required)]
    pub cst_mail: Option<String>,
}

impl From<&CustomerLine> for CustomerLineView {
    fn from(line: &CustomerLine) -> Self {
        Self {
            cst_id: line.id.to_string(),
            cst_fname: line.first_name.clone(),
            cst_name: line.name.clone(),
            cst_mail: line.email.clone(),
        }
    }
}

/// A part of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerListView {
    pub success: bool,
    pub data: Vec<CustomerLineView>,
    pub pagination: Pagination,
}

/// Customers, latest changed first. Staff only.
#[utoipa::path(get, path = "/api/messages/customers", tag = "messages", operation_id = "listCustomers",
    responses((status = 200, description = "A part of the list", body = CustomerListView)))]
pub async fn customers(
    state: web::Data<AppState>,
    _: StaffOnly,
    Query(query): Query<CustomersQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let page = errors
        .optional("page", query.page)
        .unwrap_or(PageNumber::FIRST);
    let limit = errors
        .optional("limit", query.limit)
        .or_else(|| Limit::new(Limit::MAX));
    let after = CUSTOMERS.taken(&mut errors, query.cursor, position);
    let search = errors.optional("search", query.search);
    let Some(limit) = limit else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let start = after.map_or(Start::Page(page), Start::After);
    let customers = &state.desk.messages;
    let part = customers
        .customers(search.as_deref(), &start, limit)
        .await?;
    Ok(HttpResponse::Ok().json(view(&part, page, limit)))
}

fn position(written: (i64, String)) -> Option<CustomerPosition> {
    let (micros, id) = cursor::instant_and_id(written, CustomerId::parse)?;
    Some(CustomerPosition { micros, id })
}

fn view(part: &Page<CustomerLine>, page: PageNumber, limit: Limit) -> CustomerListView {
    let last = part.items.last().filter(|_| part.has_more);
    CustomerListView {
        success: true,
        data: part.items.iter().map(CustomerLineView::from).collect(),
        pagination: Pagination {
            page: page.get(),
            limit: limit.get(),
            total: part.total,
            total_pages: part.total.div_ceil(u64::from(limit.get())),
            next_cursor: last.map(|last| {
                CUSTOMERS.written(&(last.updated_at.timestamp_micros(), last.id.as_str()))
            }),
        },
    }
}
