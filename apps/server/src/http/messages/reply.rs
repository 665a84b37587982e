//! `POST /api/messages/:id/reply`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use messages_domain::use_cases::{Reply, reply_to_message};
use messages_domain::{Content, Message};
use shared_kernel::{Caller, UserId};
use views::messages::ModernMessage;

use super::envelope::Enveloped;
use super::message_path::MessagePath;
use crate::http::answer::Answer;
use crate::http::caller::{AnyUser, must_be_caller};
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// What is said.
    pub struct ReplyBody {
        /// The caller's own id.
        optional userId: UserId,
        required content: Content,
    }
}

/// Reply, as either side. A reply to a reply belongs to the conversation's root.
#[utoipa::path(post, path = "/api/messages/{id}/reply", tag = "messages", operation_id = "replyToMessage", responses(
    (status = 200, description = "The reply", body = Enveloped<ModernMessage>),
    (status = 403, description = "userId is not the caller"),
))]
pub async fn reply(
    request: Repeatable,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    MessagePath(to): MessagePath,
    body: JsonBody<ReplyBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let content = errors.required("content", body.value.content);
    must_be_caller(&mut errors, "userId", body.value.userId, &actor)?;
    let Some(content) = content else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let said = Reply { to, content };
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| reply_to_message(tx, state.surroundings(), &actor, said.clone()).await,
            |message: &Message| {
                let view =
                    Enveloped::done(ModernMessage::from(message), "Réponse envoyée avec succès");
                Answer::json(StatusCode::OK, &view)
            },
        )
        .await
}
