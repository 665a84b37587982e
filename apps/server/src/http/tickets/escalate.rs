//! `POST /api/support/contact/ticket/:ticketId/escalate`

use actix_web::{HttpRequest, HttpResponse, web};
use shared_kernel::{Caller, StaffId};
use support_domain::TicketFile;
use support_domain::thread::EntryText;
use support_domain::use_cases::{EscalateTicket, escalate_ticket};
use views::tickets::{Audience, ContactTicket};

use super::change_status::ticket_answer;
use super::ticket_path::TicketPath;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// Why, and to whom.
    pub struct EscalateBody {
        /// Who takes it from here; whoever has it keeps it when absent.
        optional staff_id | assigned_to: StaffId,
        required reason: EntryText,
    }
}

/// Escalate a ticket: urgent, handed on, with the reason as an internal note.
#[utoipa::path(post, path = "/api/support/contact/ticket/{ticketId}/escalate", tag = "tickets", operation_id = "escalateTicket",
    params(("ticketId" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = EscalateBody, responses(
    (status = 200, description = "The ticket as it stands now", body = ContactTicket),
    (status = 400, description = "Refused fields", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
    (status = 404, description = "No such ticket", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn escalate(
    request: HttpRequest,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    TicketPath(ticket): TicketPath,
    body: JsonBody<EscalateBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let assignee = errors.optional("staff_id", body.value.staff_id);
    let reason = errors.required("reason", body.value.reason);
    let Some(reason) = reason else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let ask = EscalateTicket {
        ticket,
        assignee,
        reason,
    };
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| escalate_ticket(tx, state.surroundings(), &actor, ask.clone()).await,
            |file: &TicketFile| ticket_answer(file, &Audience::Staff),
        )
        .await
}
