//! Where to go on in a list, as an opaque text.

use shared_kernel::TicketId;
use support_domain::ports::{ListPosition, SortBy, SortOrder};

use super::date_bound;
use crate::http::cursor::Cursors;

/// Those of tickets, in any order.
pub(super) const TICKETS: Cursors = Cursors("tickets");

/// Order, direction, the value of the row in that order, and its id.
pub(super) type Written = (String, String, String, String);

/// Writes the position after a row of a list in this order.
pub(super) fn write(position: &ListPosition, by: SortBy, order: SortOrder) -> String {
    TICKETS.written(&(
        sort_word(by),
        order_word(order),
        &position.value,
        position.id.as_str(),
    ))
}

/// Reads what was written; `None` when it is no position, or belongs to another order.
pub(super) fn position(
    (sort, direction, value, id): Written,
    by: SortBy,
    order: SortOrder,
) -> Option<ListPosition> {
    let same_list = sort == sort_word(by) && direction == order_word(order);
    let usable = match by {
        SortBy::CreatedAt | SortBy::UpdatedAt => value
            .parse::<i64>()
            .is_ok_and(|micros| date_bound::from_micros(micros).is_some()),
        SortBy::Priority => value.parse::<i16>().is_ok(),
        SortBy::Subject => !value.contains('\0'),
    };
    let id = TicketId::parse(id).ok()?;
    (same_list && usable).then_some(ListPosition { value, id })
}

/// The words of `sort_by`.
pub(super) const SORT_WORDS: [&str; 4] = ["msg_date", "priority", "updated_at", "msg_subject"];

pub(super) fn sort_word(by: SortBy) -> &'static str {
    match by {
        SortBy::CreatedAt => "msg_date",
        SortBy::Priority => "priority",
        SortBy::UpdatedAt => "updated_at",
        SortBy::Subject => "msg_subject",
    }
}

pub(super) fn order_word(order: SortOrder) -> &'static str {
    match order {
        SortOrder::Ascending => "asc",
        SortOrder::Descending => "desc",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::field::{Errors, Field};

    fn read(text: &str, by: SortBy, order: SortOrder) -> Option<ListPosition> {
        let cursor = Field::Given(text.to_owned());
        TICKETS.taken(&mut Errors::default(), cursor, |written| {
            position(written, by, order)
        })
    }

    #[test]
    fn a_cursor_goes_on_in_its_own_list_only() {
        let position = ListPosition {
            value: "17".into(),
            id: TicketId::parse("TICKET-1").unwrap(),
        };
        let text = write(&position, SortBy::CreatedAt, SortOrder::Descending);
        assert_eq!(
            read(&text, SortBy::CreatedAt, SortOrder::Descending),
            Some(position)
        );
        assert_eq!(read(&text, SortBy::Priority, SortOrder::Descending), None);
        assert_eq!(read(&text, SortBy::CreatedAt, SortOrder::Ascending), None);
    }

    #[test]
    fn an_instant_no_row_can_have_is_no_cursor() {
        for micros in ["-8334601228800000000", "-210866803200000001"] {
            let forged = TICKETS.written(&("msg_date", "desc", micros, "TICKET-1"));
            assert_eq!(
                read(&forged, SortBy::CreatedAt, SortOrder::Descending),
                None,
                "{micros}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_cursor() {
        for text in [
            "",
            "x",
            "AAAA",
            "eyJhIjoxfQ",
            "W10",
            "WyJtc2dfZGF0ZSIsImRlc2MiLCI5OTk5OTk5OTk5OTk5OTk5OTk5OSIsIlQiXQ",
        ] {
            assert_eq!(
                read(text, SortBy::CreatedAt, SortOrder::Descending),
                None,
                "{text}"
            );
        }
    }
}
