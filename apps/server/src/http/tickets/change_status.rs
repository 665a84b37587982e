//! `PUT` and `PATCH /api/support/contact/ticket/:ticketId/status`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use shared_kernel::{Caller, StaffId};
use support_domain::thread::EntryText;
use support_domain::use_cases::{ChangeStatus, change_status};
use support_domain::{StatusGroup, TicketFile};
use views::tickets::{Audience, ContactTicket};

use super::ticket_path::TicketPath;
use crate::http::answer::Answer;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// What is asked for.
    pub struct ChangeStatusBody {
        required status: StatusGroup,
        /// A staff member's id; staff only.
        optional assigned_to | staff_id: StaffId,
        /// Staff only.
        optional internal_note: EntryText,
    }
}

/// Open or close a ticket. Asking for the present status changes nothing and tells nobody.
#[utoipa::path(put, path = "/api/support/contact/ticket/{ticketId}/status", tag = "tickets", operation_id = "changeStatus",
    params(("ticketId" = String, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ChangeStatusBody, responses(
    (status = 200, description = "The ticket as it stands now", body = ContactTicket),
    (status = 400, description = "Refused fields", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "assigned_to and internal_note are for staff", body = ProblemBody),
    (status = 404, description = "No such ticket for this caller", body = ProblemBody),
    (status = 412, description = "If-Match names a version that has passed", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn change(
    request: HttpRequest,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    TicketPath(ticket): TicketPath,
    IfMatch(expected_version): IfMatch,
    body: JsonBody<ChangeStatusBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let status = errors.required("status", body.value.status);
    let assigned_to = errors.optional("assigned_to", body.value.assigned_to);
    let internal_note = errors.optional("internal_note", body.value.internal_note);
    let Some(status) = status else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let ask = ChangeStatus {
        ticket,
        status,
        assigned_to,
        internal_note,
        expected_version,
    };
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| change_status(tx, state.surroundings(), &actor, ask.clone()).await,
            |file: &TicketFile| ticket_answer(file, &state.audience(&actor)),
        )
        .await
}

/// The same, as `PATCH`.
#[utoipa::path(patch, path = "/api/support/contact/ticket/{ticketId}/status", tag = "tickets",
    operation_id = "patchStatus",
    params(("ticketId" = String, Path), ("If-Match" = Option<String>, Header)), request_body = ChangeStatusBody, responses(
    (status = 200, description = "The ticket as it stands now", body = ContactTicket),
    (status = 400, description = "Refused fields", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 404, description = "No such ticket for this caller", body = ProblemBody),
), security(("bearer" = [])))]
#[expect(dead_code, reason = "documents the alias; the route calls `change`")]
fn patch() {}

/// A changed ticket, with its new entity tag.
pub(super) fn ticket_answer(file: &TicketFile, audience: &Audience) -> Result<Answer, Problem> {
    let view = ContactTicket::new(&file.ticket, audience);
    Ok(Answer::json(StatusCode::OK, &view)?.version(file.ticket.version))
}
