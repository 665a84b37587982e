//! `PUT /api/messages/:id`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
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
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
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
#[utoipa::path(put, path = "/api/messages/{id}", tag = "messages", operation_id = "editMessage", responses(
    (status = 200, description = "The message as it stands now", body = Enveloped<ModernMessage>),
    (status = 403, description = "Somebody else wrote it"),
))]
pub async fn edit(
    request: Repeatable,
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
