//! `GET /api/support/contact/ticket/:ticketId/responses`

use actix_web::{HttpResponse, web};
use serde::Serialize;
use support_domain::rights::Scope;
use utoipa::ToSchema;
use views::tickets::ContactResponse;

use super::ticket_path::TicketPath;
use crate::http::caller::AnyUser;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;

/// The thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadView {
    /// Oldest first.
    pub responses: Vec<ContactResponse>,
    pub total: usize,
}

/// A ticket's thread, oldest first. Customers see it without notes.
#[utoipa::path(get, path = "/api/support/contact/ticket/{ticketId}/responses", tag = "tickets", operation_id = "listResponses",
    params(("ticketId" = String, Path)), responses(
    (status = 200, description = "The thread", body = ThreadView),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 404, description = "No such ticket for this caller", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn responses(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    TicketPath(id): TicketPath,
) -> Result<HttpResponse, Problem> {
    let detail = state
        .desk
        .tickets
        .detail(&id, &Scope::of(&actor))
        .await?
        .ok_or_else(Problem::ticket_not_found)?;
    let audience = state.audience(&actor);
    let entries = detail.entries.iter();
    let responses: Vec<_> = entries
        .map(|entry| ContactResponse::new(entry, &audience))
        .collect();
    Ok(HttpResponse::Ok().json(ThreadView {
        total: responses.len(),
        responses,
    }))
}
