//! `GET /api/messages/stats/overview`

use actix_web::{HttpResponse, web};
use messages_domain::ports::Counted;
use views::messages::MessageStats;

use super::envelope::Enveloped;
use crate::http::caller::StaffOnly;
use crate::http::problem::Problem;
use crate::http::state::AppState;

/// How many messages there are in all, and how many wait for support. Staff only.
#[utoipa::path(get, path = "/api/messages/stats/overview", tag = "messages", operation_id = "messageOverview",
    responses((status = 200, description = "The counts", body = Enveloped<MessageStats>)))]
pub async fn overview(state: web::Data<AppState>, _: StaffOnly) -> Result<HttpResponse, Problem> {
    let counts = state
        .desk
        .messages
        .message_counts(&Counted::Overview)
        .await?;
    Ok(HttpResponse::Ok().json(Enveloped::new(MessageStats::from(counts))))
}
