//! `GET /api/events`

use actix_web::{HttpResponse, web};
use realtime::log::{Place, Resync, feed, resume_from, streams_of};
use serde::Serialize;
use shared_kernel::{Limit, LoggedEvent};
use utoipa::ToSchema;
use views::instant;

use crate::http::caller::AnyUser;
use crate::http::field::{Errors, Refusal, fields};
use crate::http::large_answer::{self, LargeAnswer};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct EventsQuery {
        /// A cursor, of this feed or of a socket; absent: from the oldest event kept.
        optional after: String,
        /// 1 to 100; 100 when absent. Fewer events come where their texts are longer than 1 MiB together.
        optional limit: Limit,
    }
}

/// An event of the log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// What happened, e.g. `ticket.created` or `newMessage`.
    pub event: String,
    /// As sockets tell it.
    pub data: serde_json::Value,
    pub occurred_at: String,
    /// Goes on after this event.
    pub cursor: String,
}

impl From<(LoggedEvent, String)> for EventView {
    fn from((event, cursor): (LoggedEvent, String)) -> Self {
        Self {
            event: event.kind,
            data: event.payload,
            occurred_at: instant(event.occurred_at),
            cursor,
        }
    }
}

/// Some events, in the order they happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventFeedView {
    pub events: Vec<EventView>,
    /// Send it as `after` to go on, now or later.
    pub cursor: String,
    /// More is there already.
    pub has_more: bool,
}

/// What happened, for the caller's own audience: one's own events, and for staff also those of all staff. Kept for 7 days.
#[utoipa::path(get, path = "/api/events", tag = "events", operation_id = "listEvents", params(EventsQuery), responses(
    (status = 200, description = "Events after the cursor", body = EventFeedView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 410, description = "The cursor is of another log or older than what is kept: load everything anew", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn events(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeAnswer,
    Query(query): Query<EventsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let after = errors.optional("after", query.after);
    let limit = errors
        .optional("limit", query.limit)
        .map_or(Limit::MAX, Limit::get);
    errors.finish()?;
    let positions = state
        .desk
        .log
        .positions(&streams_of(&actor.id, actor.role))
        .await?;
    let place = match after {
        None => Place::at_start(&positions),
        Some(cursor) => resume_from(&cursor, &positions, u64::MAX).map_err(refused)?,
    };
    let part = feed::read(&*state.desk.log, place, &positions, limit).await?;
    large_answer::json(part.bytes, move || EventFeedView {
        events: part.events.into_iter().map(EventView::from).collect(),
        cursor: part.cursor,
        has_more: part.has_more,
    })
    .await
}

fn refused(reason: Resync) -> Problem {
    match reason {
        Resync::Malformed => {
            let mut errors = Errors::default();
            errors.add("after", &Refusal::new("invalid_cursor", "curseur invalide"));
            errors.into_problem()
        }
        Resync::Foreign | Resync::Expired | Resync::TooFarBehind => Problem::resync_required(),
    }
}
