//! `GET /api/support/contact/tickets`

use actix_web::{HttpResponse, web};
use support_domain::rights::Scope;
use views::tickets::TicketListView;

use super::filters::TicketsQuery;
use super::list_part::read_part;
use crate::http::caller::AnyUser;
use crate::http::field::Errors;
use crate::http::large_answer::LargeAnswer;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

/// List tickets: all for staff, their own for customers.
#[utoipa::path(get, path = "/api/support/contact/tickets", tag = "tickets", operation_id = "listTickets", params(TicketsQuery), responses(
    (status = 200, description = "A part of the list", body = TicketListView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeAnswer,
    Query(query): Query<TicketsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let asked = query.read(&mut errors, Scope::of(&actor), state.desk.zone);
    let Some((filter, window)) = asked else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    read_part(&state, filter, window, &state.audience(&actor)).await
}
