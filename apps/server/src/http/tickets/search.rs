//! `GET /api/support/contact/search`

use actix_web::{HttpResponse, web};
use support_domain::rights::Scope;
use views::tickets::TicketListView;

use super::filters::TicketsQuery;
use super::list_part::read_part;
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, fields};
use crate::http::large_answer::LargeSearch;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// What to look for.
    pub struct WordsQuery {
        /// Words in subject, content and thread: French endings and accents do not matter; "…" for a phrase, OU, -without.
        optional keyword | search | q: String,
    }
}

/// Search tickets: among all for staff, among their own for customers, who never find a note.
#[utoipa::path(get, path = "/api/support/contact/search", tag = "tickets", operation_id = "searchTickets", params(WordsQuery, TicketsQuery), responses(
    (status = 200, description = "A part of what was found", body = TicketListView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn search(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeSearch,
    Query(words): Query<WordsQuery>,
    Query(query): Query<TicketsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let keyword = errors.optional("keyword", words.keyword);
    let asked = query.read(&mut errors, Scope::of(&actor), state.desk.zone);
    let Some((mut filter, window)) = asked else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    filter.keyword = keyword;
    read_part(&state, filter, window, &state.audience(&actor)).await
}
