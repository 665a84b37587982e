//! `GET /api/messages/stats`

use actix_web::{HttpResponse, web};
use messages_domain::ports::Counted;
use shared_kernel::CustomerId;
use views::messages::MessageStats;

use super::envelope::Enveloped;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, fields};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct StatsQuery {
        /// A customer's id; customers always count their own.
        optional customer | customerId: CustomerId,
    }
}

/// How many messages there are, and how many wait for the caller. Customers count their own.
#[utoipa::path(get, path = "/api/messages/stats", tag = "messages", operation_id = "messageStats", params(StatsQuery), responses(
    (status = 200, description = "The counts", body = Enveloped<MessageStats>),
    (status = 401, description = "No valid token", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn stats(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    Query(query): Query<StatsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let customer = errors.optional("customer", query.customer);
    errors.finish()?;
    let of = match customer {
        _ if !actor.role.is_staff() => Counted::OwnOf(actor.id.as_customer()),
        Some(customer) => Counted::WithCustomer(customer),
        None => Counted::ForStaff(actor.id.as_staff()),
    };
    let counts = state.desk.messages.message_counts(&of).await?;
    Ok(HttpResponse::Ok().json(Enveloped::new(MessageStats::from(counts))))
}
