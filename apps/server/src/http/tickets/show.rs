//! `GET /api/support/contact/ticket/:ticketId`

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use support_domain::rights::Scope;
use views::tickets::ContactTicketDetail;

use super::thread_cursor;
use super::ticket_path::TicketPath;
use crate::http::answer::etag;
use crate::http::caller::AnyUser;
use crate::http::large_answer::{self, LargeAnswer};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;

/// One ticket with the latest part of its thread and its people. Customers see their own, without notes.
#[utoipa::path(get, path = "/api/support/contact/ticket/{ticketId}", tag = "tickets", operation_id = "showTicket",
    params(("ticketId" = String, Path)), responses(
    (status = 200, description = "The ticket; its version is in ETag", body = ContactTicketDetail),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 404, description = "No such ticket for this caller", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn show(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeAnswer,
    TicketPath(id): TicketPath,
) -> Result<HttpResponse, Problem> {
    let detail = state
        .desk
        .tickets
        .detail(&id, &Scope::of(&actor))
        .await?
        .ok_or_else(Problem::ticket_not_found)?;
    let earlier = detail.thread.earlier.as_ref().map(thread_cursor::write);
    let (tag, audience) = (etag(detail.file.ticket.version), state.audience(&actor));
    let texts = detail.thread.entries.iter();
    let texts = texts.map(|entry| entry.text.as_str().len()).sum();
    let view = move || ContactTicketDetail::new(&detail, &audience, earlier);
    let mut answer = large_answer::json(texts, view).await?;
    let tag = HeaderValue::try_from(tag).map_err(|_| Problem::internal())?;
    answer.headers_mut().insert(header::ETAG, tag);
    Ok(answer)
}
