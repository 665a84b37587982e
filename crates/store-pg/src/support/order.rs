//! The orders a list of tickets can be in, and places in them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{SmallInt, Text, Timestamptz};
use shared_kernel::{StoreError, TicketId};
use support_domain::Ticket;
use support_domain::ports::{ListPosition, SortBy, SortOrder, TicketWindow};

use crate::filtered_list::Filters;
use crate::unit::statement::Statement;

/// What a ticket is sorted by: its value in the column of [`sort_column`].
enum SortKey {
    Instant(DateTime<Utc>),
    Rank(i16),
    Words(String),
}

impl SortKey {
    /// Reads what [`position_of`] wrote; nothing where it was written for another order.
    fn parse(by: SortBy, value: &str) -> Option<Self> {
        match by {
            SortBy::CreatedAt | SortBy::UpdatedAt => {
                let micros = value.parse().ok()?;
                DateTime::from_timestamp_micros(micros).map(Self::Instant)
            }
            SortBy::Priority => value.parse().ok().map(Self::Rank),
            SortBy::Subject => Some(Self::Words(value.to_owned())),
        }
    }

    fn bind(self, statement: Statement) -> Statement {
        match self {
            Self::Instant(at) => statement.bind::<Timestamptz, _>(at),
            Self::Rank(rank) => statement.bind::<SmallInt, _>(rank),
            Self::Words(words) => statement.bind::<Text, _>(words),
        }
    }
}

fn sort_column(by: SortBy) -> &'static str {
    match by {
        SortBy::CreatedAt => "m.msg_date",
        SortBy::UpdatedAt => "m.updated_at",
        SortBy::Priority => "m.msg_priority_rank",
        SortBy::Subject => "m.msg_subject COLLATE \"fr-x-icu\"",
    }
}

/// The `ORDER BY` of a list.
pub(super) fn order_by(window: &TicketWindow) -> String {
    let direction = match window.order {
        SortOrder::Ascending => "ASC",
        SortOrder::Descending => "DESC",
    };
    let column = sort_column(window.sort_by);
    format!("ORDER BY {column} {direction}, m.msg_id {direction}")
}

/// Only the tickets after a position, in the list's order.
pub(super) fn add_after(
    filters: &mut Filters,
    position: &ListPosition,
    window: &TicketWindow,
) -> Result<(), StoreError> {
    let key = SortKey::parse(window.sort_by, &position.value)
        .ok_or_else(|| StoreError::defect("a position in a list of another order"))?;
    let than = match window.order {
        SortOrder::Ascending => ">",
        SortOrder::Descending => "<",
    };
    let column = sort_column(window.sort_by);
    let id = position.id.as_str().to_owned();
    filters.add_bound(
        format!("({column}, m.msg_id) {than} ({{}}, {{}})"),
        |statement| key.bind(statement).bind::<Text, _>(id),
    );
    Ok(())
}

/// Where a ticket stands in an order.
pub(super) fn position_of(ticket: &Ticket, by: SortBy) -> ListPosition {
    let value = match by {
        SortBy::CreatedAt => ticket.created_at.timestamp_micros().to_string(),
        SortBy::UpdatedAt => ticket.updated_at.timestamp_micros().to_string(),
        SortBy::Priority => ticket.priority.rank().to_string(),
        SortBy::Subject => ticket.subject.as_str().to_owned(),
    };
    ListPosition {
        value,
        id: TicketId::clone(&ticket.id),
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::{Limit, PageNumber};
    use support_domain::ports::Start;

    use super::*;

    #[test]
    fn a_position_of_another_order_is_refused_and_not_passed_over() {
        let position = ListPosition {
            value: "Frein".to_owned(),
            id: TicketId::parse("TICKET-00000001").unwrap(),
        };
        let window = |sort_by| TicketWindow {
            sort_by,
            order: SortOrder::Ascending,
            start: Start::Page(PageNumber::FIRST),
            limit: Limit::new(1).unwrap(),
        };
        let add = |sort_by| add_after(&mut Filters::default(), &position, &window(sort_by));
        assert!(add(SortBy::Subject).is_ok());
        for sort_by in [SortBy::CreatedAt, SortBy::UpdatedAt, SortBy::Priority] {
            assert!(matches!(add(sort_by), Err(StoreError::Defect(_))));
        }
    }
}
