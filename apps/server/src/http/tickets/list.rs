//! `GET /api/support/contact/tickets`

use actix_web::{HttpResponse, web};
use shared_kernel::{EmailAddress, Limit, PageNumber, StaffId};
use support_domain::ports::{SortBy, SortOrder, TicketFilter};
use support_domain::rights::Scope;
use support_domain::{Category, Priority};
use views::tickets::TicketListView;

use super::list_part::{part_of, read_part};
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, StatusChoice, fields};
use crate::http::large_answer::LargeAnswer;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct ListQuery {
        /// From 1.
        optional page: PageNumber,
        /// 1 to 100; 10 when absent.
        optional limit: Limit,
        /// `nextCursor` of the part before; instead of `page`.
        optional cursor: String,
        optional status: StatusChoice,
        optional priority: Priority,
        optional category: Category,
        /// A staff member's id.
        optional assigned_to: StaffId,
        optional customer_email: EmailAddress,
        optional sort_by: SortBy,
        optional sort_order: SortOrder,
    }
}

/// List tickets: all for staff, their own for customers.
#[utoipa::path(get, path = "/api/support/contact/tickets", tag = "tickets", operation_id = "listTickets", params(ListQuery), responses(
    (status = 200, description = "A part of the list", body = TicketListView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeAnswer,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let mut filter = TicketFilter::all(Scope::of(&actor));
    match errors.optional("status", query.status) {
        Some(StatusChoice::Group(group)) => filter.group = Some(group),
        Some(StatusChoice::Exactly(status)) => filter.status = Some(status),
        Some(StatusChoice::All) | None => {}
    }
    filter.priority = errors.optional("priority", query.priority);
    filter.category = errors.optional("category", query.category);
    filter.assignee = errors.optional("assigned_to", query.assigned_to);
    filter.email = errors
        .optional("customer_email", query.customer_email)
        .map(|mail| mail.key());
    let Some(window) = part_of!(query).window(&mut errors) else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    read_part(&state, filter, window, &state.audience(&actor)).await
}
