//! `PUT /api/messages/:id/archive`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_domain::Message;
use messages_domain::use_cases::archive_message;
use shared_kernel::Caller;
use views::messages::ModernMessage;

use super::envelope::Enveloped;
use super::message_path::MessagePath;
use super::put_away::PutAwayBody;
use crate::http::answer::Answer;
use crate::http::caller::AnyUser;
use crate::http::json_body::OptionalJsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

/// Hide a message from its customer's list.
#[utoipa::path(put, path = "/api/messages/{id}/archive", tag = "messages", operation_id = "archiveMessage",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = PutAwayBody, responses(
    (status = 200, description = "Archived", body = Enveloped<ModernMessage>),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "userId is not the caller", body = ProblemBody),
    (status = 404, description = "No such message, or not the caller's", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn archive(
    request: HttpRequest,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    MessagePath(id): MessagePath,
    body: OptionalJsonBody<PutAwayBody>,
) -> Result<HttpResponse, Problem> {
    body.value.check(&actor)?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| archive_message(tx, state.surroundings(), &actor, &id).await,
            |message: &Message| {
                let view = Enveloped::done(
                    ModernMessage::seen_by(&actor, message),
                    "Message archivé avec succès",
                );
                Answer::json(StatusCode::OK, &view)
            },
        )
        .await
}
