//! `GET /api/messages/stats`

use actix_web::{HttpResponse, web};
use messages_domain::ports::Counted;
use shared_kernel::CustomerId;
use views::messages::MessageStats;

use super::envelope::Enveloped;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct StatsQuery {
        /// A customer's id; of customers, their own.
        optional customer | customerId: CustomerId,
    }
}

/// How many messages there are, and how many wait for the caller. Customers count their own.
#[utoipa::path(get, path = "/api/messages/stats", tag = "messages", operation_id = "messageStats", responses(
    (status = 200, description = "The counts", body = Enveloped<MessageStats>),
    (status = 403, description = "customer is not the caller"),
))]
pub async fn stats(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    Query(query): Query<StatsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let customer = errors.optional("customer", query.customer);
    errors.finish()?;
    let own = actor.id.as_customer();
    let of = match customer {
        Some(customer) if actor.is_staff() => Counted::WithCustomer(customer),
        None if actor.is_staff() => Counted::ForStaff(actor.id.as_staff()),
        // Their own figures must not be read as somebody else's.
        Some(customer) if customer != own => return Err(Problem::not_the_caller("customer")),
        _ => Counted::OwnOf(own),
    };
    let counts = state.desk.messages.message_counts(&of).await?;
    Ok(HttpResponse::Ok().json(Enveloped::new(MessageStats::from(counts))))
}
