use shared_kernel::{Role, Versions};

use super::*;
use crate::error::{Named, Reserved, SupportError};
use crate::testing::{Desk, actor, outline, refused, said, staff_id, ticket};
use crate::ticket::{Status, Ticket};
use crate::use_cases::{AssignTicket, assign_ticket};

fn to(assignee: Option<&str>) -> AssignTicket {
    AssignTicket {
        ticket: t1(),
        assignee: assignee.map(staff_id),
        expected_version: None,
    }
}

fn assigned(to: &str) -> Ticket {
    Ticket {
        assignee: Some(staff_id(to)),
        status: Status::InProgress,
        ..ticket(T1)
    }
}

#[test]
fn giving_an_open_ticket_to_somebody_tells_that_first_and_then_its_status() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let (file, told) = said(&mut desk, async |tx, with| {
        assign_ticket(tx, with, &by, to(Some("S2"))).await
    });
    let file = file.unwrap();
    assert_eq!(
        outline(&told),
        ["assigned to S2 by S1", "open -> in_progress: Assignment"]
    );
    assert!(told.iter().all(|event| *event.file() == file));
    assert_eq!(file.assignee.unwrap().id, staff_id("S2"));
    assert_eq!(*desk.ticket(T1), file.ticket);
    assert_eq!((file.ticket.version, file.ticket.updated_at), (2, desk.now));
}

#[test]
fn handing_it_on_changes_no_status_and_says_none() {
    let mut desk = Desk::with(assigned("S1"));
    let by = actor("S1", Role::Staff);
    let (_, told) = said(&mut desk, async |tx, with| {
        assign_ticket(tx, with, &by, to(Some("S2"))).await
    });
    assert_eq!(outline(&told), ["assigned to S2 by S1"]);
}

#[test]
fn a_ticket_taken_away_before_an_answer_is_open_again() {
    let mut desk = Desk::with(assigned("S1"));
    let by = actor("A1", Role::Admin);
    let (file, told) = said(&mut desk, async |tx, with| {
        assign_ticket(tx, with, &by, to(None)).await
    });
    assert_eq!(
        outline(&told),
        ["taken away by A1", "in_progress -> open: Assignment"]
    );
    assert_eq!(file.unwrap().assignee, None);
}

#[test]
fn giving_it_to_whoever_has_it_is_no_change_and_tells_nobody() {
    let mut desk = Desk::with(assigned("S2"));
    let by = actor("S1", Role::Staff);
    let (file, told) = said(&mut desk, async |tx, with| {
        assign_ticket(tx, with, &by, to(Some("S2"))).await
    });
    assert_eq!((outline(&told).len(), desk.writes), (0, 0));
    assert_eq!(file.unwrap().ticket, assigned("S2"));
}

#[test]
fn nobody_unknown_gets_a_ticket() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let error = refused(&mut desk, async |tx, with| {
        assign_ticket(tx, with, &by, to(Some("S9"))).await
    });
    let is_named = matches!(error, SupportError::UnknownReference(Named::Staff));
    assert!(is_named, "{error}");
}

#[test]
fn only_the_version_that_stands_can_be_assigned() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let at_version = |version| AssignTicket {
        expected_version: Some(Versions::from(version)),
        ..to(Some("S1"))
    };
    let error = refused(&mut desk, async |tx, with| {
        assign_ticket(tx, with, &by, at_version(2)).await
    });
    assert!(matches!(error, SupportError::VersionMismatch));
    let (file, _) = said(&mut desk, async |tx, with| {
        assign_ticket(tx, with, &by, at_version(1)).await
    });
    assert_eq!(file.unwrap().ticket.version, 2);
}

#[test]
fn a_ticket_that_is_not_there_is_not_found() {
    let by = actor("S1", Role::Staff);
    let error = refused(&mut Desk::new(), async |tx, with| {
        assign_ticket(tx, with, &by, to(Some("S1"))).await
    });
    assert!(matches!(error, SupportError::TicketNotFound));
}

#[test]
fn no_customer_assigns_a_ticket_not_even_their_own() {
    for id in ["C1", "C2"] {
        let mut desk = Desk::with(ticket(T1));
        let by = actor(id, Role::Customer);
        let error = refused(&mut desk, async |tx, with| {
            assign_ticket(tx, with, &by, to(Some("S1"))).await
        });
        let is_reserved = matches!(error, SupportError::Forbidden(Reserved::Assignment));
        assert!(is_reserved, "{error}");
    }
}
