//! `POST /api/support/contact/ticket/:ticketId/responses`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::Value;
use shared_kernel::Caller;
use support_domain::thread::EntryText;
use support_domain::use_cases::{AddResponse, add_response};
use support_domain::{Entry, TicketFile};
use utoipa::openapi::schema::Object;
use views::tickets::ContactResponse;

use super::ticket_path::TicketPath;
use crate::http::answer::Answer;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, Parse, Refusal, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// What is said.
    pub struct AddResponseBody {
        required message: EntryText,
        /// An internal note; staff only. Its other names keep a slip of the pen from being published.
        optional internal | is_internal | private | is_private | intern | internal_note | is_internal_note
            | private_note | is_note: NoteFlag,
    }
}

/// What would be published were it passed over.
#[derive(Debug, PartialEq)]
pub struct NoteFlag(bool);

impl Parse for NoteFlag {
    const IS_GUARDED: bool = true;

    fn parse(value: &Value) -> Result<Self, Refusal> {
        bool::parse(value).map(Self)
    }

    fn schema() -> Object {
        bool::schema()
    }
}

/// Answer a ticket, or, as staff, leave an internal note. A customer's answer reopens a closed ticket.
#[utoipa::path(post, path = "/api/support/contact/ticket/{ticketId}/responses", tag = "tickets", operation_id = "addResponse", responses(
    (status = 201, description = "Added", body = ContactResponse),
    (status = 403, description = "Notes are for staff"),
))]
pub async fn add(
    request: Repeatable,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    TicketPath(ticket): TicketPath,
    body: JsonBody<AddResponseBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let text = errors.required("message", body.value.message);
    let note = errors.optional("internal", body.value.internal);
    let internal = note.is_some_and(|NoteFlag(internal)| internal);
    let Some(text) = text else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let said = AddResponse {
        ticket,
        text,
        internal,
    };
    let audience = state.audience(&actor);
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| add_response(tx, state.surroundings(), &actor, said.clone()).await,
            |(_, entry): &(TicketFile, Entry)| {
                let view = ContactResponse::new(entry, &audience);
                Answer::json(StatusCode::CREATED, &view)
            },
        )
        .await
}
