//! `GET /api/support/contact/search`

use actix_web::{HttpResponse, web};
use support_domain::rights::Scope;
use views::tickets::{Audience, TicketListView};

use super::filters::TicketsQuery;
use super::list_part::read_part;
use crate::http::caller::AnyUser;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

/// Search tickets: among all for staff, among their own for customers, who never find a note.
#[utoipa::path(get, path = "/api/support/contact/search", tag = "tickets", operation_id = "searchTickets", params(TicketsQuery), responses(
    (status = 200, description = "A part of what was found", body = TicketListView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn search(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    Query(query): Query<TicketsQuery>,
) -> Result<HttpResponse, Problem> {
    let (filter, window) = query.read(Scope::of(&actor), state.desk.zone)?;
    read_part(&state, filter, window, &Audience::of(&actor)).await
}
