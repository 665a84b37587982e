//! `PUT /api/messages/:id/close`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_domain::use_cases::close_message;
use messages_domain::{CloseReason, Message};
use shared_kernel::{Caller, UserId};
use views::messages::ModernMessage;

use super::envelope::Enveloped;
use super::message_path::MessagePath;
use crate::http::answer::Answer;
use crate::http::caller::{AnyUser, must_be_caller};
use crate::http::field::{Errors, fields};
use crate::http::json_body::OptionalJsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// Who closes it, and why; the whole body may be left out.
    pub struct CloseMessageBody {
        /// The caller's own id.
        optional closerId: UserId,
        /// For support, which is shown it with the message; a customer's is too. A blank one is none.
        optional reason: CloseReason,
    }
}

/// Close a message. It hides nothing; closing it again tells nobody.
#[utoipa::path(put, path = "/api/messages/{id}/close", tag = "messages", operation_id = "closeMessage",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = CloseMessageBody, responses(
    (status = 200, description = "Closed", body = Enveloped<ModernMessage>),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "closerId is not the caller", body = ProblemBody),
    (status = 404, description = "No such message for this caller", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn close(
    request: HttpRequest,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    MessagePath(id): MessagePath,
    body: OptionalJsonBody<CloseMessageBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    must_be_caller(&mut errors, "closerId", body.value.closerId, &actor)?;
    let reason = errors.optional("reason", body.value.reason);
    let reason = reason.filter(|reason| !reason.as_str().trim().is_empty());
    errors.finish()?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| close_message(tx, state.surroundings(), &actor, &id, reason.clone()).await,
            |message: &Message| {
                let view = Enveloped::done(
                    ModernMessage::seen_by(&actor, message),
                    "Message fermé avec succès",
                );
                Answer::json(StatusCode::OK, &view)
            },
        )
        .await
}
