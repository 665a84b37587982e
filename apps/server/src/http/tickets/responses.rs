//! `GET /api/support/contact/ticket/:ticketId/responses`

use actix_web::{HttpResponse, web};
use serde::Serialize;
use shared_kernel::Limit;
use support_domain::ports::ThreadWindow;
use support_domain::rights::Scope;
use utoipa::ToSchema;
use views::tickets::ContactResponse;

use super::thread_cursor;
use super::ticket_path::TicketPath;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, fields};
use crate::http::large_answer::{self, LargeAnswer};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct ThreadQuery {
        /// 1 to 100; 100 when absent.
        optional limit: Limit,
        /// `nextCursor` of the part after it, or `responses_cursor` of the ticket.
        optional cursor: String,
    }
}

/// A part of the thread.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThreadView {
    /// Oldest first.
    pub responses: Vec<ContactResponse>,
    /// How many the whole thread has.
    pub total: u64,
    /// Send it as `cursor` to read what came before this part; absent at the beginning of the thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A ticket's thread, oldest first: its latest part, or the one before a cursor. A part has fewer entries than `limit` where
/// their texts are longer than 1 MiB together. Customers see it without notes.
#[utoipa::path(get, path = "/api/support/contact/ticket/{ticketId}/responses", tag = "tickets", operation_id = "listResponses",
    responses((status = 200, description = "A part of the thread", body = ThreadView)))]
pub async fn responses(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeAnswer,
    TicketPath(id): TicketPath,
    Query(query): Query<ThreadQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let limit = errors.optional("limit", query.limit);
    let before = thread_cursor::THREAD.taken(&mut errors, query.cursor, thread_cursor::position);
    errors.finish()?;
    let window = ThreadWindow {
        before,
        limit: limit.unwrap_or(Limit::LONGEST),
    };
    let part = state
        .desk
        .tickets
        .thread(&id, &Scope::of(&actor), &window)
        .await?
        .ok_or_else(Problem::ticket_not_found)?;
    let audience = state.audience(&actor);
    let texts = part.entries.iter().map(|entry| entry.text.as_str().len());
    large_answer::json(texts.sum(), move || {
        let entries = part.entries.iter();
        let responses = entries.map(|entry| ContactResponse::new(entry, &audience));
        ThreadView {
            total: part.total,
            next_cursor: part.earlier.as_ref().map(thread_cursor::write),
            responses: responses.collect(),
        }
    })
    .await
}
