//! `GET /api/support/contact/search`

use actix_web::{HttpResponse, web};
use shared_kernel::{CustomerId, Limit, PageNumber};
use support_domain::ports::{SortBy, SortOrder, TicketFilter};
use support_domain::rights::Scope;
use support_domain::{Category, Priority};
use views::tickets::TicketListView;

use super::date_bound::DateBound;
use super::list_part::{part_of, read_part};
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, fields};
use crate::http::large_answer::LargeSearch;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct SearchQuery {
        /// Words in subject, content and thread: French endings and accents do not matter; "…" for a phrase, OU, -without.
        optional keyword: String,
        optional customer_id: CustomerId,
        optional priority: Priority,
        optional category: Category,
        optional date_from: DateBound,
        /// A day is meant to its end.
        optional date_to: DateBound,
        optional page: PageNumber,
        optional limit: Limit,
        optional cursor: String,
        optional sort_by: SortBy,
        optional sort_order: SortOrder,
    }
}

/// Search tickets: among all for staff, among their own for customers, who never find a note.
#[utoipa::path(get, path = "/api/support/contact/search", tag = "tickets", operation_id = "searchTickets", params(SearchQuery), responses(
    (status = 200, description = "A part of what was found", body = TicketListView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn search(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeSearch,
    Query(query): Query<SearchQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let mut filter = TicketFilter::all(Scope::of(&actor));
    filter.keyword = errors.optional("keyword", query.keyword);
    filter.customer = errors.optional("customer_id", query.customer_id);
    filter.priority = errors.optional("priority", query.priority);
    filter.category = errors.optional("category", query.category);
    filter.from = errors
        .optional("date_from", query.date_from)
        .map(|bound| bound.start(state.desk.zone));
    filter.until = errors
        .optional("date_to", query.date_to)
        .map(|bound| bound.end(state.desk.zone));
    let Some(window) = part_of!(query).window(&mut errors) else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    read_part(&state, filter, window, &state.audience(&actor)).await
}
