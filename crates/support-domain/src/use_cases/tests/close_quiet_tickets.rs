use chrono::TimeDelta;

use crate::events::TicketEvent;
use crate::testing::{Desk, at, closed_ticket, outline, said, ticket};
use crate::ticket::{DAYS_RESOLVED_UNTIL_CLOSED, Status};
use crate::use_cases::close_quiet_tickets;

/// A desk with tickets resolved after so many minutes, a week after the first hour.
fn desk(resolved_at: &[i64]) -> Desk {
    let mut desk = Desk::new();
    desk.now = at(60) + TimeDelta::days(DAYS_RESOLVED_UNTIL_CLOSED);
    for minutes in resolved_at {
        desk.add(closed_ticket(
            &format!("TICKET-R{minutes}"),
            Status::Resolved,
            at(*minutes),
        ));
    }
    desk
}

fn whose(told: &[TicketEvent]) -> Vec<&str> {
    told.iter()
        .map(|event| event.file().ticket.id.as_str())
        .collect()
}

#[test]
fn resolved_tickets_are_closed_after_a_quiet_week_because_of_their_age() {
    let mut desk = desk(&[30, 10, 60, 61]);
    let (count, told) = said(&mut desk, async |tx, with| {
        close_quiet_tickets(tx, with, 10).await
    });
    assert_eq!(count.unwrap(), 3);
    assert_eq!(outline(&told), ["resolved -> closed: Age"; 3]);
    assert_eq!(whose(&told), ["TICKET-R10", "TICKET-R30", "TICKET-R60"]);
    for event in &told {
        let after = &event.file().ticket;
        assert_eq!(desk.ticket(after.id.as_str()), after);
        assert_eq!((after.version, after.updated_at), (2, desk.now));
        assert_eq!(after.closings, 1, "no second closing");
    }
    assert_eq!(desk.ticket("TICKET-R61").status, Status::Resolved);
}

#[test]
fn no_more_than_asked_for_are_closed_at_once() {
    let mut desk = desk(&[1, 2, 3]);
    for (closed, count) in [(vec!["TICKET-R1", "TICKET-R2"], 2), (vec!["TICKET-R3"], 1)] {
        let (done, told) = said(&mut desk, async |tx, with| {
            close_quiet_tickets(tx, with, 2).await
        });
        assert_eq!((whose(&told), done.unwrap()), (closed, count));
    }
}

#[test]
fn what_is_open_or_closed_already_is_left_alone() {
    let mut desk = desk(&[]);
    desk.add(ticket("TICKET-O1"));
    desk.add(closed_ticket("TICKET-K1", Status::Closed, at(1)));
    let (count, told) = said(&mut desk, async |tx, with| {
        close_quiet_tickets(tx, with, 10).await
    });
    assert_eq!((count.unwrap(), told.len(), desk.writes), (0, 0, 0));
}
