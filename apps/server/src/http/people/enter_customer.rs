//! `POST /api/customers`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use shared_kernel::{Caller, CustomerId, EmailAddress, PhoneNumber};
use support_domain::use_cases::{EnterCustomer, enter_customer};
use support_domain::{Customer, FullName};
use views::tickets::{Audience, CustomerView};

use super::located::located;
use crate::http::answer::Answer;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// A customer. One of `id` and `email` is needed.
    pub struct EnterCustomerBody {
        /// The `sub` they will sign in with; one is made of the address when it is absent.
        optional id: CustomerId,
        /// First name and family name; not an address.
        required name: FullName,
        optional email: EmailAddress,
        optional phone | telephone | phone_number | tel: PhoneNumber,
    }
}

impl EnterCustomerBody {
    fn read(self) -> Result<EnterCustomer, Problem> {
        let mut errors = Errors::default();
        let id = errors.optional("id", self.id);
        let name = errors.required("name", self.name);
        let email = errors.optional("email", self.email);
        let phone = errors.optional("phone", self.phone);
        let Some(name) = name else {
            return Err(errors.into_problem());
        };
        errors.finish()?;
        Ok(EnterCustomer {
            id,
            name,
            email,
            phone,
        })
    }
}

/// Enter a customer before they sign in, so that they can be named. Staff only. It proves no address:
/// whoever signs in with it becomes them.
#[utoipa::path(post, path = "/api/customers", tag = "people", operation_id = "enterCustomer", responses(
    (status = 201, description = "Entered", body = CustomerView, headers(("Location" = String, description = "Where they are."))),
    (status = 409, description = "Somebody has this id, or this address where no id was given"),
))]
pub async fn enter(
    request: Repeatable,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    body: JsonBody<EnterCustomerBody>,
) -> Result<HttpResponse, Problem> {
    let ask = body.value.read()?;
    let of_address = || Some(state.process.ids.customer_id(&ask.email.as_ref()?.key()));
    let id = ask.id.clone().or_else(of_address);
    let answer = Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| enter_customer(tx, state.surroundings(), &actor, ask.clone()).await,
            |customer: &Customer| {
                let view = CustomerView::new(customer, &Audience::Staff);
                Answer::json(StatusCode::CREATED, &view)
            },
        )
        .await?;
    let id = id.as_ref().map_or("", CustomerId::as_str);
    Ok(located(answer, "/api/customers", id))
}
