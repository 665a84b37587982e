use shared_kernel::Role;

use super::*;
use crate::error::{Reserved, SupportError};
use crate::satisfaction::{Feedback, Rating};
use crate::testing::{Desk, actor, at, closed_ticket, outline, refused, said, ticket};
use crate::ticket::{Status, Ticket};
use crate::use_cases::{RateTicket, Rater, rate_ticket};

fn stars(stars: i64) -> RateTicket {
    RateTicket {
        ticket: t1(),
        rating: Rating::new(stars).unwrap(),
        feedback: Some(Feedback::parse("Très bien.").unwrap()),
    }
}

fn owner() -> Rater {
    Rater::Owner(actor("C1", Role::Customer))
}

fn resolved() -> Ticket {
    closed_ticket(T1, Status::Resolved, at(1))
}

#[test]
fn a_rating_closes_a_resolved_ticket_and_says_why() {
    let mut desk = Desk::with(resolved());
    let (file, told) = said(&mut desk, async |tx, with| {
        rate_ticket(tx, with, &owner(), stars(5)).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["resolved -> closed: Rating"]);
    assert!(told.iter().all(|event| *event.file() == file));
    let given = file.ticket.satisfaction.clone().unwrap();
    assert_eq!((given.rating.get(), given.rated_at), (5, desk.now));
    assert_eq!(file.ticket.version, 2);
    assert_eq!(*desk.ticket(T1), file.ticket);
}

#[test]
fn rating_a_closed_ticket_is_a_change_that_tells_nobody() {
    let mut desk = Desk::with(closed_ticket(T1, Status::Closed, at(1)));
    let (file, told) = said(&mut desk, async |tx, with| {
        rate_ticket(tx, with, &owner(), stars(3)).await
    });
    assert_eq!(outline(&told).len(), 0);
    assert_eq!(file.unwrap().ticket.version, 2);
}

#[test]
fn a_closing_is_rated_once() {
    let mut desk = Desk::with(resolved());
    let (first, _) = said(&mut desk, async |tx, with| {
        rate_ticket(tx, with, &owner(), stars(5)).await
    });
    let first = first.unwrap();
    let (again, told) = said(&mut desk, async |tx, with| {
        rate_ticket(tx, with, &owner(), stars(5)).await
    });
    assert_eq!(
        (outline(&told).len(), desk.writes),
        (0, 0),
        "a double click"
    );
    assert_eq!(again.unwrap(), first);
    let error = refused(&mut desk, async |tx, with| {
        rate_ticket(tx, with, &owner(), stars(1)).await
    });
    assert!(matches!(error, SupportError::AlreadyRated));
}

#[test]
fn an_open_ticket_has_nothing_to_rate() {
    let mut desk = Desk::with(ticket(T1));
    for rater in [owner(), Rater::Link { closing: 0 }] {
        let error = refused(&mut desk, async |tx, with| {
            rate_ticket(tx, with, &rater, stars(5)).await
        });
        assert!(matches!(error, SupportError::StillOpen));
    }
}

#[test]
fn staff_do_not_rate_themselves() {
    for role in [Role::Staff, Role::Admin] {
        let rater = Rater::Owner(actor("S1", role));
        let error = refused(&mut Desk::with(resolved()), async |tx, with| {
            rate_ticket(tx, with, &rater, stars(5)).await
        });
        assert!(matches!(error, SupportError::Forbidden(Reserved::Rating)));
    }
}

#[test]
fn to_a_stranger_the_ticket_is_not_there() {
    let rater = Rater::Owner(actor("C2", Role::Customer));
    let error = refused(&mut Desk::with(resolved()), async |tx, with| {
        rate_ticket(tx, with, &rater, stars(5)).await
    });
    assert!(matches!(error, SupportError::TicketNotFound));
}

#[test]
fn a_link_is_good_for_the_closing_it_was_sent_after() {
    let mut desk = Desk::with(Ticket {
        closings: 2,
        ..resolved()
    });
    let error = refused(&mut desk, async |tx, with| {
        rate_ticket(tx, with, &Rater::Link { closing: 1 }, stars(5)).await
    });
    assert!(matches!(error, SupportError::OutdatedLink));
    let (file, told) = said(&mut desk, async |tx, with| {
        rate_ticket(tx, with, &Rater::Link { closing: 2 }, stars(5)).await
    });
    assert!(file.is_ok());
    assert_eq!(outline(&told), ["resolved -> closed: Rating"]);
}

#[test]
fn a_link_to_a_ticket_that_is_gone_finds_nothing() {
    let error = refused(&mut Desk::new(), async |tx, with| {
        rate_ticket(tx, with, &Rater::Link { closing: 1 }, stars(5)).await
    });
    assert!(matches!(error, SupportError::TicketNotFound));
}
