//! `POST /api/support/contact/ticket/:ticketId/satisfaction`

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use identity::TokenRefused;
use shared_kernel::{Caller, TicketId};
use support_domain::use_cases::{RateTicket, Rater, rate_ticket};
use support_domain::{Feedback, Rating, TicketFile};
use views::tickets::{Audience, ContactTicket};

use super::change_status::ticket_answer;
use super::ticket_path::TicketPath;
use crate::http::caller::{MaybeUser, refused_token};
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// The rating.
    pub struct RateBody {
        required rating: Rating,
        optional feedback: Feedback,
    }
}

impl RateBody {
    fn read(self, ticket: TicketId) -> Result<RateTicket, Problem> {
        let mut errors = Errors::default();
        let rating = errors.required("rating", self.rating);
        let feedback = errors.optional("feedback", self.feedback);
        let Some(rating) = rating else {
            return Err(errors.into_problem());
        };
        errors.finish()?;
        Ok(RateTicket {
            ticket,
            rating,
            feedback,
        })
    }
}

fields! {
    /// The signature of the link sent by e-mail.
    pub struct LinkQuery {
        /// From the link in the e-mail; instead of a token.
        optional sig: String,
    }
}

/// Who rates: the holder of a signed link, else the customer signed in.
pub(in crate::http) fn rater(
    state: &AppState,
    caller: Caller,
    ticket: &TicketId,
    sig: Option<&str>,
) -> Result<Rater, Problem> {
    match (sig, caller) {
        (Some(sig), _) => {
            let closing = state
                .desk
                .links
                .check(ticket, sig, state.process.clock.now())
                .ok_or_else(Problem::invalid_link)?;
            Ok(Rater::Link { closing })
        }
        (None, Caller::Known(actor)) => Ok(Rater::Owner(actor)),
        (None, Caller::Anonymous) => Err(TokenRefused::Missing.into()),
    }
}

/// Rate a closed ticket, once per closing: as its customer, or with the link sent by e-mail.
#[utoipa::path(post, path = "/api/support/contact/ticket/{ticketId}/satisfaction", tag = "tickets", operation_id = "rateTicket", responses(
    (status = 200, description = "The ticket as it stands now", body = ContactTicket),
    (status = 401, description = "Neither a token nor a link"),
    (status = 403, description = "Staff do not rate; or the link is not valid"),
    (status = 409, description = "Still open, or rated otherwise before"),
))]
pub async fn rate(
    request: Repeatable,
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    TicketPath(ticket): TicketPath,
    Query(link): Query<LinkQuery>,
    body: JsonBody<RateBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let sig = errors.optional("sig", link.sig);
    errors.finish()?;
    // A link needs no token; without one, why the token was refused says more than that none is good.
    if let (None, Some(refused)) = (&sig, refused_token(&request)) {
        return Err(refused.into());
    }
    let rater = rater(&state, caller.clone(), &ticket, sig.as_deref())?;
    rater.may_rate()?;
    let audience = match &rater {
        Rater::Owner(actor) => state.audience(actor),
        Rater::Link { .. } => Audience::Owner {
            desk_name: Arc::clone(&state.desk.staff_name),
        },
    };
    let ask = body.value.read(ticket)?;
    Write::of(&state, &request, &caller, &body.bytes)?
        .run(
            async |tx| rate_ticket(tx, state.surroundings(), &rater, ask.clone()).await,
            |file: &TicketFile| ticket_answer(file, &audience),
        )
        .await
}
