//! `PUT /api/messages/:id/read`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_domain::Message;
use messages_domain::use_cases::read_message;
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
    /// Who reads it; the whole body may be left out.
    pub struct ReadMessageBody {
        /// The caller's own id.
        optional readerId: UserId,
    }
}

/// Mark a message as read. Reading it again, or reading one's own, tells nobody.
#[utoipa::path(put, path = "/api/messages/{id}/read", tag = "messages", operation_id = "readMessage",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ReadMessageBody, responses(
    (status = 200, description = "Read", body = Enveloped<ModernMessage>),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "readerId is not the caller", body = ProblemBody),
    (status = 404, description = "No such message for this caller", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn read(
    request: HttpRequest,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    MessagePath(id): MessagePath,
    body: OptionalJsonBody<ReadMessageBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    must_be_caller(&mut errors, "readerId", body.value.readerId, &actor)?;
    errors.finish()?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| read_message(tx, state.surroundings(), &actor, &id).await,
            |message: &Message| {
                let view = Enveloped::done(
                    ModernMessage::seen_by(&actor, message),
                    "Message marqué comme lu",
                );
                Answer::json(StatusCode::OK, &view)
            },
        )
        .await
}
