//! `POST /api/messages`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_domain::use_cases::{CreateMessage, create_message};
use messages_domain::{Content, Message, Priority, Subject};
use shared_kernel::{Actor, Caller, CustomerId, OrderId, Role, StaffId};
use views::messages::ModernMessage;

use super::envelope::Enveloped;
use crate::http::answer::Answer;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, Field, FieldNames as _, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// What is said, by and to whom.
    pub struct CreateMessageBody {
        /// A customer's own id.
        required customerId: CustomerId = "ID client requis",
        /// A staff member's own id; a customer may leave it out, but not empty, and whoever of support answers first takes it.
        optional staffId: StaffId = "ID staff requis",
        /// An order of this customer.
        optional orderId: OrderId,
        required subject: Subject,
        required content: Content,
        /// `normal` when absent.
        optional priority: Priority,
    }
}

impl CreateMessageBody {
    fn read(self, actor: &Actor) -> Result<CreateMessage, Problem> {
        let mut errors = Errors::default();
        let customer = errors.required("customerId", self.customerId);
        let staff = match self.staffId {
            // Staff write in their own name; for customers whoever answers first takes it.
            Field::Absent | Field::Null if actor.role == Role::Staff => {
                errors.add("staffId", &Self::missing("staffId"));
                None
            }
            field => errors.optional("staffId", field),
        };
        let order = errors.optional("orderId", self.orderId);
        let subject = errors.required("subject", self.subject);
        let content = errors.required("content", self.content);
        let priority = errors.optional("priority", self.priority);
        let (Some(customer), Some(subject), Some(content)) = (customer, subject, content) else {
            return Err(errors.into_problem());
        };
        errors.finish()?;
        Ok(CreateMessage {
            customer,
            staff,
            order,
            subject,
            content,
            priority: priority.unwrap_or_default(),
        })
    }
}

/// Begin a conversation: customers in their own name, staff in theirs.
#[utoipa::path(post, path = "/api/messages", tag = "messages", operation_id = "createMessage",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = CreateMessageBody, responses(
    (status = 201, description = "Created", body = Enveloped<ModernMessage>),
    (status = 400, description = "Refused fields", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "In somebody else's name", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn create(
    request: HttpRequest,
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    body: JsonBody<CreateMessageBody>,
) -> Result<HttpResponse, Problem> {
    let said = body.value.read(&actor)?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| create_message(tx, state.surroundings(), &actor, said.clone()).await,
            |message: &Message| {
                let view =
                    Enveloped::done(ModernMessage::from(message), "Message créé avec succès");
                Answer::json(StatusCode::CREATED, &view)
            },
        )
        .await
}
