//! `POST /api/staff`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use shared_kernel::{Caller, EmailAddress, StaffId};
use support_domain::use_cases::{EnterStaff, enter_staff};
use support_domain::{FullName, Staff};
use views::people::ColleagueView;

use super::located::located;
use crate::http::answer::Answer;
use crate::http::caller::AdminOnly;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// A colleague.
    pub struct EnterStaffBody {
        /// The `sub` they will sign in with.
        required id: StaffId,
        /// What customers will read; not an address.
        required name: FullName,
        /// Where they are told of what is assigned to them. Never shown to customers.
        optional email: EmailAddress,
    }
}

impl EnterStaffBody {
    fn read(self) -> Result<EnterStaff, Problem> {
        let mut errors = Errors::default();
        let id = errors.required("id", self.id);
        let name = errors.required("name", self.name);
        let email = errors.optional("email", self.email);
        let (Some(id), Some(name)) = (id, name) else {
            return Err(errors.into_problem());
        };
        errors.finish()?;
        Ok(EnterStaff { id, name, email })
    }
}

/// Enter a colleague before they sign in, so that they can be named. Admins only; it gives no right:
/// what somebody may do is said by their token.
#[utoipa::path(post, path = "/api/staff", tag = "people", operation_id = "enterStaff", responses(
    (status = 201, description = "Entered", body = ColleagueView, headers(("Location" = String, description = "Where they are."))),
    (status = 409, description = "Somebody has this id"),
))]
pub async fn enter(
    request: Repeatable,
    state: web::Data<AppState>,
    AdminOnly(actor): AdminOnly,
    body: JsonBody<EnterStaffBody>,
) -> Result<HttpResponse, Problem> {
    let ask = body.value.read()?;
    let answer = Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| enter_staff(tx, state.surroundings(), &actor, ask.clone()).await,
            |staff: &Staff| Answer::json(StatusCode::CREATED, &ColleagueView::entered(staff)),
        )
        .await?;
    Ok(located(answer, "/api/staff", ask.id.as_str()))
}
