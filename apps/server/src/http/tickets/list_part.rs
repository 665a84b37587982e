//! Which part of a list of tickets is asked for, and the answer with it: for every list of them.

use actix_web::HttpResponse;
use serde_json::Value;
use shared_kernel::{Limit, PageNumber};
use support_domain::ports::{SortBy, SortOrder, Start, TicketFilter, TicketWindow};
use utoipa::openapi::schema::Object;
use views::tickets::{Audience, ContactTicket, TicketListView};

use super::list_cursor::{self, SORT_WORDS};
use crate::http::field::{Errors, Field, Parse, Refusal, one_of, words_schema};
use crate::http::large_answer;
use crate::http::problem::Problem;
use crate::http::state::AppState;

const DEFAULT_LIMIT: u32 = 10;

/// Which part of a list was asked for.
pub(super) struct ListPart {
    pub(super) page: Field<PageNumber>,
    pub(super) limit: Field<Limit>,
    pub(super) cursor: Field<String>,
    pub(super) sort_by: Field<SortBy>,
    pub(super) sort_order: Field<SortOrder>,
}

impl ListPart {
    /// Reads it; newest first unless told otherwise.
    pub(super) fn window(self, errors: &mut Errors) -> Option<TicketWindow> {
        let page = errors
            .optional("page", self.page)
            .unwrap_or(PageNumber::FIRST);
        let limit = errors
            .optional("limit", self.limit)
            .or_else(|| Limit::new(DEFAULT_LIMIT))?;
        let sort_by = errors
            .optional("sort_by", self.sort_by)
            .unwrap_or(SortBy::CreatedAt);
        let order = errors
            .optional("sort_order", self.sort_order)
            .unwrap_or(SortOrder::Descending);
        let position = |written| list_cursor::position(written, sort_by, order);
        let after = list_cursor::TICKETS.taken(errors, self.cursor, position);
        let start = after.map_or(Start::Page(page), Start::After);
        Some(TicketWindow {
            sort_by,
            order,
            start,
            limit,
        })
    }
}

/// Reads a part of a list and makes the view of it.
pub(super) async fn read_part(
    state: &AppState,
    filter: TicketFilter,
    window: TicketWindow,
    audience: &Audience,
) -> Result<HttpResponse, Problem> {
    let part = state.desk.tickets.list(&filter, &window).await?;
    let next_cursor = part
        .next
        .map(|position| list_cursor::write(&position, window.sort_by, window.order));
    let page = match window.start {
        Start::Page(page) => page.get(),
        Start::After(_) => PageNumber::FIRST.get(),
    };
    let (tickets, limit, audience) = (part.page.items, window.limit, audience.clone());
    let texts = tickets.iter().map(|ticket| ticket.message.as_str().len());
    large_answer::json(texts.sum(), move || {
        let tickets = tickets.iter();
        let tickets = tickets.map(|ticket| ContactTicket::new(ticket, &audience).in_page(limit));
        TicketListView {
            tickets: tickets.collect(),
            total: part.page.total,
            page,
            limit: limit.get(),
            next_cursor,
        }
    })
    .await
}

impl Parse for SortBy {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let all = [
            Self::CreatedAt,
            Self::Priority,
            Self::UpdatedAt,
            Self::Subject,
        ];
        let by = |word: &str| {
            all.into_iter()
                .find(|by| list_cursor::sort_word(*by) == word)
        };
        one_of(value, by, &SORT_WORDS)
    }

    fn schema() -> Object {
        words_schema(&SORT_WORDS)
    }
}

const ORDER_WORDS: [&str; 2] = ["asc", "desc"];

impl Parse for SortOrder {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let order = |word: &str| match word {
            "asc" => Some(Self::Ascending),
            "desc" => Some(Self::Descending),
            _ => None,
        };
        one_of(value, order, &ORDER_WORDS)
    }

    fn schema() -> Object {
        words_schema(&ORDER_WORDS)
    }
}
