//! `PUT /api/messages/:id`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_domain::use_cases::{EditMessage, edit_message};
use messages_domain::{Content, Message, Priority, Subject};
use shared_kernel::Caller;
use views::messages::ModernMessage;

use super::envelope::Enveloped;
use super::message_path::MessagePath;
use crate::http::answer::Answer;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// What is to be otherwise; what is left out stays as it is.
    pub struct EditMessageBody {
        optional subject: Subject,
        optional content: Content,
        optional priority: Priority,
    }
}

/// Put a message right, as its author.
#[utoipa::path(put, path = "/api/messages/{id}", tag = "messages", operation_id = "editMessage",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = EditMessageBody, responses(
    (status = 200, description = "The message as it stands now", body = Enveloped<ModernMessage>),
    (status = 400, description = "Refused fields", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Somebody else wrote it", body = ProblemBody),
    (status = 404, description = "No such message for this caller", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn edit(
    request: HttpRequest,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    MessagePath(id): MessagePath,
    body: JsonBody<EditMessageBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let change = EditMessage {
        subject: errors.optional("subject", body.value.subject),
        content: errors.optional("content", body.value.content),
        priority: errors.optional("priority", body.value.priority),
    };
    errors.finish()?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| edit_message(tx, state.surroundings(), &actor, &id, change.clone()).await,
            |message: &Message| {
                let view = Enveloped::done(
                    ModernMessage::seen_by(&actor, message),
                    "Message modifié avec succès",
                );
                Answer::json(StatusCode::OK, &view)
            },
        )
        .await
}
