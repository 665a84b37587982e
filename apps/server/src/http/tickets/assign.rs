//! `PUT /api/support/contact/ticket/:ticketId/assign`

use actix_web::{HttpRequest, HttpResponse, web};
use shared_kernel::{Caller, StaffId};
use support_domain::TicketFile;
use support_domain::use_cases::{AssignTicket, assign_ticket};
use views::tickets::{Audience, ContactTicket};

use super::change_status::ticket_answer;
use super::ticket_path::TicketPath;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, Field, fields};
use crate::http::json_body::JsonBody;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// Who gets it.
    pub struct AssignBody {
        /// A staff member's id; null takes the ticket away from whoever has it.
        required staff_id | assigned_to: StaffId,
    }
}

/// Assign a ticket. Giving it to whoever has it changes nothing and tells nobody.
#[utoipa::path(put, path = "/api/support/contact/ticket/{ticketId}/assign", tag = "tickets", operation_id = "assignTicket",
    params(("ticketId" = String, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = AssignBody, responses(
    (status = 200, description = "The ticket as it stands now", body = ContactTicket),
    (status = 400, description = "No such staff member", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
    (status = 404, description = "No such ticket", body = ProblemBody),
    (status = 412, description = "If-Match names a version that has passed", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn assign(
    request: HttpRequest,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    TicketPath(ticket): TicketPath,
    IfMatch(expected_version): IfMatch,
    body: JsonBody<AssignBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let assignee = match body.value.staff_id {
        Field::Null => None,
        field => errors.required("staff_id", field),
    };
    errors.finish()?;
    let ask = AssignTicket {
        ticket,
        assignee,
        expected_version,
    };
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| assign_ticket(tx, state.surroundings(), &actor, ask.clone()).await,
            |file: &TicketFile| ticket_answer(file, &Audience::Staff),
        )
        .await
}
