//! `GET /api/support/contact/tickets`

use actix_web::{HttpResponse, web};
use serde_json::Value;
use shared_kernel::{EmailAddress, Limit, PageNumber, StaffId};
use support_domain::ports::{SortBy, SortOrder, Start, TicketFilter, TicketWindow};
use support_domain::rights::Scope;
use support_domain::{Category, Priority};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::list_cursor::{self, SORT_WORDS};
use crate::http::caller::AnyUser;
use crate::http::field::{Errors, Field, Parse, Refusal, StatusChoice, fields};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;
use crate::views::tickets::{Audience, ContactTicket, TicketListView};

const DEFAULT_LIMIT: u32 = 10;

fields! {
    /// The query.
    pub struct ListQuery {
        /// From 1.
        optional page: PageNumber,
        /// 1 to 100; 10 when absent.
        optional limit: Limit,
        /// `nextCursor` of the part before; instead of `page`.
        optional cursor: String,
        optional status: StatusChoice,
        optional priority: Priority,
        optional category: Category,
        /// A staff member's id.
        optional assigned_to: StaffId,
        optional customer_email: EmailAddress,
        optional sort_by: SortBy,
        optional sort_order: SortOrder,
    }
}

impl Parse for SortBy {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        [
            Self::CreatedAt,
            Self::Priority,
            Self::UpdatedAt,
            Self::Subject,
        ]
        .into_iter()
        .find(|by| value == list_cursor::sort_word(*by))
        .ok_or_else(|| {
            Refusal::new(
                "invalid_choice",
                format!("doit être l'une des valeurs {}", SORT_WORDS.join(", ")),
            )
        })
    }

    fn schema() -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(SORT_WORDS))
            .build()
    }
}

impl Parse for SortOrder {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        match value.as_str() {
            Some("asc") => Ok(Self::Ascending),
            Some("desc") => Ok(Self::Descending),
            _ => Err(Refusal::new("invalid_choice", "doit être asc ou desc")),
        }
    }

    fn schema() -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(["asc", "desc"]))
            .build()
    }
}

/// Which part of a list was asked for.
pub(super) struct Part {
    pub(super) page: Field<PageNumber>,
    pub(super) limit: Field<Limit>,
    pub(super) cursor: Field<String>,
    pub(super) sort_by: Field<SortBy>,
    pub(super) sort_order: Field<SortOrder>,
}

impl Part {
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
        let start = match errors.optional("cursor", self.cursor) {
            None => Start::Page(page),
            Some(text) => {
                let position = list_cursor::read(&text, sort_by, order);
                if position.is_none() {
                    errors.add(
                        "cursor",
                        &Refusal::new("invalid_cursor", "curseur invalide pour ce tri"),
                    );
                }
                Start::After(position?)
            }
        };
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
    Ok(HttpResponse::Ok().json(TicketListView {
        tickets: part
            .page
            .items
            .iter()
            .map(|ticket| ContactTicket::new(ticket, audience))
            .collect(),
        total: part.page.total,
        page,
        limit: window.limit.get(),
        next_cursor,
    }))
}

/// List tickets: all for staff, their own for customers.
#[utoipa::path(get, path = "/api/support/contact/tickets", tag = "tickets", operation_id = "listTickets", params(ListQuery), responses(
    (status = 200, description = "A part of the list", body = TicketListView),
    (status = 400, description = "Refused parameters", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let mut filter = TicketFilter::all(Scope::of(&actor));
    match errors.optional("status", query.status) {
        Some(StatusChoice::Group(group)) => filter.group = Some(group),
        Some(StatusChoice::Exactly(status)) => filter.status = Some(status),
        Some(StatusChoice::All) | None => {}
    }
    filter.priority = errors.optional("priority", query.priority);
    filter.category = errors.optional("category", query.category);
    filter.assignee = errors.optional("assigned_to", query.assigned_to);
    filter.email = errors
        .optional("customer_email", query.customer_email)
        .map(|mail| mail.key());
    let part = Part {
        page: query.page,
        limit: query.limit,
        cursor: query.cursor,
        sort_by: query.sort_by,
        sort_order: query.sort_order,
    };
    let Some(window) = part.window(&mut errors) else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    read_part(&state, filter, window, &Audience::of(&actor)).await
}
