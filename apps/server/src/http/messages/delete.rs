//! `PUT /api/messages/:id/delete`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_domain::Message;
use messages_domain::use_cases::delete_message;
use shared_kernel::Caller;

use super::envelope::DoneView;
use super::message_path::MessagePath;
use super::put_away::PutAwayBody;
use crate::http::answer::Answer;
use crate::http::caller::AnyUser;
use crate::http::json_body::OptionalJsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

/// Hide a message from both sides. The row stays.
#[utoipa::path(put, path = "/api/messages/{id}/delete", tag = "messages", operation_id = "deleteMessage",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = PutAwayBody, responses(
    (status = 200, description = "Deleted", body = DoneView),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "userId is not the caller", body = ProblemBody),
    (status = 404, description = "No such message, or not the caller's", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn delete(
    request: HttpRequest,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    MessagePath(id): MessagePath,
    body: OptionalJsonBody<PutAwayBody>,
) -> Result<HttpResponse, Problem> {
    body.value.check(&actor)?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .that_hides()
        .run(
            async |tx| delete_message(tx, state.surroundings(), &actor, &id).await,
            |_: &Message| {
                let view = DoneView {
                    success: true,
                    message: "Message supprimé avec succès",
                };
                Answer::json(StatusCode::OK, &view)
            },
        )
        .await
}
