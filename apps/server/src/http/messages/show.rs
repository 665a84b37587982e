//! `GET /api/messages/:id`

use actix_web::{HttpResponse, web};
use messages_domain::MessagesError;
use messages_domain::rights::Scope;
use views::messages::ModernMessage;

use super::envelope::Enveloped;
use super::message_path::MessagePath;
use crate::http::caller::AnyUser;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;

/// One message. Customers see those of their own conversations.
#[utoipa::path(get, path = "/api/messages/{id}", tag = "messages", operation_id = "showMessage", params(("id" = String, Path)), responses(
    (status = 200, description = "The message", body = Enveloped<ModernMessage>),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 404, description = "No such message for this caller", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn show(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    MessagePath(id): MessagePath,
) -> Result<HttpResponse, Problem> {
    let message = state
        .desk
        .messages
        .message(&id)
        .await?
        .filter(|message| Scope::of(&actor).holds(message))
        .ok_or(MessagesError::MessageNotFound)?;
    Ok(HttpResponse::Ok().json(Enveloped::new(ModernMessage::seen_by(&actor, &message))))
}
