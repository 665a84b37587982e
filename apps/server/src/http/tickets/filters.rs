//! Which tickets are asked for: the same filters for the list and for the search.

use chrono_tz::Tz;
use request_text::times::Moment;
use serde_json::Value;
use shared_kernel::{CustomerId, EmailAddress, Limit, PageNumber, StaffId};
use support_domain::ports::{Assignee, SortBy, SortOrder, TicketFilter, TicketWindow};
use support_domain::rights::Scope;
use support_domain::{Category, Priority, Status, StatusGroup};
use utoipa::openapi::schema::Object;

use super::list_part::ListPart;
use crate::http::field::{Errors, Parse, Refusal, fields, one_of, words_schema};

fields! {
    /// The query.
    pub struct TicketsQuery {
        optional status: StatusChoice,
        optional priority: Priority,
        optional category: Category,
        /// A staff member's id; `none` for tickets nobody has.
        optional assigned_to | staff_id: AssigneeChoice,
        optional customer_id: CustomerId,
        optional customer_email: EmailAddress,
        /// Created then or later.
        optional date_from: Moment,
        /// Created then or before. A day is meant to its end, and a minute.
        optional date_to: Moment,
        /// From 1.
        optional page: PageNumber,
        /// 1 to 100; 10 when absent.
        optional limit: Limit,
        /// `nextCursor` of the part before; instead of `page`.
        optional cursor: String,
        optional sort_by: SortBy,
        optional sort_order: SortOrder,
    }
}

impl TicketsQuery {
    /// Reads it: of what a scope holds, which tickets and which part of them.
    pub(super) fn read(
        self,
        errors: &mut Errors,
        scope: Scope,
        zone: Tz,
    ) -> Option<(TicketFilter, TicketWindow)> {
        let mut filter = TicketFilter::all(scope);
        match errors.optional("status", self.status) {
            Some(StatusChoice::Group(group)) => filter.group = Some(group),
            Some(StatusChoice::Exactly(status)) => filter.status = Some(status),
            Some(StatusChoice::All) | None => {}
        }
        filter.priority = errors.optional("priority", self.priority);
        filter.category = errors.optional("category", self.category);
        filter.assignee = errors
            .optional("assigned_to", self.assigned_to)
            .map(|AssigneeChoice(assignee)| assignee);
        filter.customer = errors.optional("customer_id", self.customer_id);
        filter.email = errors
            .optional("customer_email", self.customer_email)
            .map(|mail| mail.key());
        filter.from = errors
            .optional("date_from", self.date_from)
            .map(|bound| bound.start(zone));
        filter.until = errors
            .optional("date_to", self.date_to)
            .map(|bound| bound.end(zone));
        let part = ListPart {
            page: self.page,
            limit: self.limit,
            cursor: self.cursor,
            sort_by: self.sort_by,
            sort_order: self.sort_order,
        };
        Some((filter, part.window(errors)?))
    }
}

/// `assigned_to` in lists: somebody, or nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct AssigneeChoice(Assignee);

/// No staff member can be asked for by this id.
const NOBODY: &str = "none";

impl Parse for AssigneeChoice {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let id = <StaffId as Parse>::parse(value)?;
        Ok(Self(if id.as_str().eq_ignore_ascii_case(NOBODY) {
            Assignee::Nobody
        } else {
            Assignee::Is(id)
        }))
    }

    fn schema() -> Object {
        <StaffId as Parse>::schema()
    }
}

/// `status` in lists: a group, one exact state, or everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChoice {
    All,
    Group(StatusGroup),
    Exactly(Status),
}

const STATUS_CHOICES: [&str; 6] = [
    "open",
    "closed",
    "all",
    "in_progress",
    "waiting_customer",
    "resolved",
];

impl Parse for StatusChoice {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let choice = |text: &str| match text {
            "all" => Some(Self::All),
            text => StatusGroup::parse(text)
                .map(Self::Group)
                .or_else(|| Status::parse(text).map(Self::Exactly)),
        };
        one_of(value, choice, &STATUS_CHOICES)
    }

    fn schema() -> Object {
        words_schema(&STATUS_CHOICES)
    }
}
