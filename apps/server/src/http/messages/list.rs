//! `GET /api/messages`

use actix_web::{HttpResponse, web};
use messages_domain::ports::{MessageFilter, MessagePosition, Start};
use messages_domain::rights::Scope;
use messages_domain::{Message, State};
use serde::Serialize;
use serde_json::Value;
use shared_kernel::{Actor, CustomerId, EntryId, Limit, Page, PageNumber, StaffId};
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use views::messages::ModernMessage;

use crate::http::caller::AnyUser;
use crate::http::cursor::{self, Cursors};
use crate::http::field::{Errors, Parse, Refusal, fields, one_of, words_schema};
use crate::http::large_answer::{self, LargeAnswer};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

const DEFAULT_LIMIT: u32 = 20;

const MESSAGES: Cursors = Cursors("messages");

fields! {
    /// The query.
    pub struct ListMessagesQuery {
        /// From 1.
        optional page: PageNumber,
        /// 1 to 100; 20 when absent.
        optional limit: Limit,
        /// `nextCursor` of the part before; instead of `page`.
        optional cursor: String,
        /// A staff member's id.
        optional staff | staffId: StaffId,
        /// A customer's id.
        optional customer | customerId: CustomerId,
        /// A root message's id: the root and its replies.
        optional conversation: EntryId,
        /// Words in subject and content.
        optional search: String,
        optional status: StateChoice,
    }
}

/// `status` in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateChoice {
    All,
    Only(State),
}

impl StateChoice {
    fn only(self) -> Option<State> {
        match self {
            Self::Only(state) => Some(state),
            Self::All => None,
        }
    }
}

const STATE_WORDS: [&str; 3] = ["open", "closed", "all"];

impl Parse for StateChoice {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let choice = |text: &str| match text {
            "all" => Some(Self::All),
            text => State::parse(text).map(Self::Only),
        };
        one_of(value, choice, &STATE_WORDS)
    }

    fn schema() -> Object {
        words_schema(&STATE_WORDS)
    }
}

/// Where a part stands in its list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    pub page: u32,
    pub limit: u32,
    pub total: u64,
    pub total_pages: u64,
    /// Send it as `cursor` to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A part of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageListView {
    pub success: bool,
    pub data: Vec<ModernMessage>,
    pub pagination: Pagination,
}

/// List messages, newest first: all for staff; their own, without archived ones, for customers.
#[utoipa::path(get, path = "/api/messages", tag = "messages", operation_id = "listMessages",
    responses((status = 200, description = "A part of the list", body = MessageListView)))]
pub async fn list(
    state: web::Data<AppState>,
    AnyUser(actor): AnyUser,
    _turn: LargeAnswer,
    Query(query): Query<ListMessagesQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let page = errors
        .optional("page", query.page)
        .unwrap_or(PageNumber::FIRST);
    let limit = errors
        .optional("limit", query.limit)
        .or_else(|| Limit::new(DEFAULT_LIMIT));
    let after = MESSAGES.taken(&mut errors, query.cursor, position);
    let start = after.map_or(Start::Page(page), Start::After);
    let filter = MessageFilter {
        scope: Scope::of(&actor),
        staff: errors.optional("staff", query.staff),
        customer: errors.optional("customer", query.customer),
        conversation: errors.optional("conversation", query.conversation),
        search: errors.optional("search", query.search),
        state: errors
            .optional("status", query.status)
            .and_then(StateChoice::only),
    };
    let Some(limit) = limit else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    let part = state.desk.messages.messages(&filter, &start, limit).await?;
    let texts = part
        .items
        .iter()
        .map(|message| message.content.as_str().len());
    large_answer::json(texts.sum(), move || view(&actor, &part, &start, limit)).await
}

fn position(written: (i64, String)) -> Option<MessagePosition> {
    let (micros, id) = cursor::instant_and_id(written, EntryId::parse)?;
    Some(MessagePosition { micros, id })
}

fn view(actor: &Actor, part: &Page<Message>, start: &Start, limit: Limit) -> MessageListView {
    let page = match start {
        Start::Page(page) => *page,
        Start::After(..) => PageNumber::FIRST,
    };
    let items = part.items.iter();
    let items = items.map(|message| ModernMessage::seen_by(actor, message).in_page(limit));
    let last = part.items.last().filter(|_| part.has_more);
    MessageListView {
        success: true,
        data: items.collect(),
        pagination: Pagination {
            page: page.get(),
            limit: limit.get(),
            total: part.total,
            total_pages: part.total.div_ceil(u64::from(limit.get())),
            next_cursor: last.map(|last| {
                MESSAGES.written(&(last.created_at.timestamp_micros(), last.id.as_str()))
            }),
        },
    }
}
