//! `GET /api/support/contact/stats`

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use analytics_domain::TicketTotals;
use analytics_domain::ticket_totals::hours;
use serde::Serialize;
use support_domain::{Category, Priority, Status, StatusGroup};
use utoipa::ToSchema;

use crate::http::caller::StaffOnly;
use crate::http::problem::Problem;
use crate::http::state::AppState;

/// The figures of all tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketStatsView {
    pub total_tickets: i64,
    /// `open`, `in_progress` and `waiting_customer`.
    pub open_tickets: i64,
    /// `resolved` and `closed`.
    pub closed_tickets: i64,
    /// `waiting_customer`.
    pub pending_tickets: i64,
    pub tickets_last_24h: i64,
    /// Creation to the first public answer; null with nothing to average.
    #[schema(required)]
    pub avg_response_time_hours: Option<f64>,
    /// Creation to the closing that stands; null with nothing to average.
    #[schema(required)]
    pub avg_resolution_time_hours: Option<f64>,
    pub by_priority: BTreeMap<&'static str, i64>,
    pub by_category: BTreeMap<&'static str, i64>,
    /// Mean of the ratings given, 1 to 5; null with none.
    #[schema(required)]
    pub satisfaction_score: Option<f64>,
}

impl From<&TicketTotals> for TicketStatsView {
    fn from(totals: &TicketTotals) -> Self {
        let in_group = |group: StatusGroup| {
            totals.in_status(
                &group
                    .members()
                    .iter()
                    .map(|s| s.as_str())
                    .collect::<Vec<_>>(),
            )
        };
        let of = |counts: &BTreeMap<String, i64>, word: &'static str| {
            (word, counts.get(word).copied().unwrap_or_default())
        };
        Self {
            total_tickets: totals.all(),
            open_tickets: in_group(StatusGroup::Open),
            closed_tickets: in_group(StatusGroup::Closed),
            pending_tickets: totals.in_status(&[Status::WaitingCustomer.as_str()]),
            tickets_last_24h: totals.last_24h,
            avg_response_time_hours: totals.answers.mean().map(hours),
            avg_resolution_time_hours: totals.resolutions.mean().map(hours),
            by_priority: Priority::ALL
                .map(|p| of(&totals.by_priority, p.as_str()))
                .into(),
            by_category: Category::ALL
                .map(|c| of(&totals.by_category, c.as_str()))
                .into(),
            satisfaction_score: totals
                .ratings
                .mean()
                .map(|stars| (stars * 100.0).round() / 100.0),
        }
    }
}

/// The figures of all tickets, exact at this moment. Staff only.
#[utoipa::path(get, path = "/api/support/contact/stats", tag = "tickets", operation_id = "ticketStats",
    responses((status = 200, description = "The figures", body = TicketStatsView)))]
pub async fn stats(state: web::Data<AppState>, _: StaffOnly) -> Result<HttpResponse, Problem> {
    let totals = state
        .desk
        .figures
        .ticket_totals(state.process.clock.now())
        .await?;
    Ok(HttpResponse::Ok().json(TicketStatsView::from(&totals)))
}
