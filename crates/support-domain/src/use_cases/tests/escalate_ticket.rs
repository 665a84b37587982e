use shared_kernel::Role;

use super::*;
use crate::error::{Named, Reserved, SupportError};
use crate::testing::{Desk, actor, outline, refused, said, staff_id, ticket};
use crate::thread::EntryKind;
use crate::ticket::{Priority, Status, Ticket};
use crate::use_cases::{EscalateTicket, escalate_ticket};

fn to(assignee: Option<&str>) -> EscalateTicket {
    EscalateTicket {
        ticket: t1(),
        assignee: assignee.map(staff_id),
        reason: text("Client bloqué sur l'autoroute."),
    }
}

#[test]
fn an_escalation_that_hands_on_tells_itself_and_the_status_and_no_assignment() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let (file, told) = said(&mut desk, async |tx, with| {
        escalate_ticket(tx, with, &by, to(Some("S2"))).await
    });
    let file = file.unwrap();
    assert_eq!(
        outline(&told),
        [
            "escalated, EscalationNote of S1",
            "open -> in_progress: Assignment"
        ]
    );
    assert!(told.iter().all(|event| *event.file() == file));
    assert_eq!(file.ticket.priority, Priority::Urgent);
    assert_eq!(file.assignee.unwrap().id, staff_id("S2"));
    assert_eq!(file.ticket.version, 2);
    assert_eq!(*desk.ticket(T1), file.ticket);
}

#[test]
fn the_reason_is_kept_as_a_note_customers_never_see() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let (_, told) = said(&mut desk, async |tx, with| {
        escalate_ticket(tx, with, &by, to(None)).await
    });
    assert_eq!(outline(&told), ["escalated, EscalationNote of S1"]);
    let [reason] = &desk.thread[..] else {
        panic!("one entry")
    };
    assert_eq!(reason.kind, EntryKind::EscalationNote);
    assert!(reason.kind.is_internal());
}

#[test]
fn whoever_has_it_keeps_it_when_nobody_else_is_named() {
    let mut desk = Desk::with(Ticket {
        assignee: Some(staff_id("S2")),
        status: Status::InProgress,
        ..ticket(T1)
    });
    let by = actor("S1", Role::Staff);
    let (file, _) = said(&mut desk, async |tx, with| {
        escalate_ticket(tx, with, &by, to(None)).await
    });
    assert_eq!(file.unwrap().ticket.assignee, Some(staff_id("S2")));
}

#[test]
fn an_urgent_ticket_can_be_escalated_again() {
    let mut desk = Desk::with(Ticket {
        priority: Priority::Urgent,
        ..ticket(T1)
    });
    let by = actor("S1", Role::Staff);
    let (file, told) = said(&mut desk, async |tx, with| {
        escalate_ticket(tx, with, &by, to(None)).await
    });
    assert_eq!(outline(&told), ["escalated, EscalationNote of S1"]);
    assert_eq!(file.unwrap().ticket.version, 2);
}

#[test]
fn nobody_unknown_gets_it_and_then_no_reason_is_kept_either() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let error = refused(&mut desk, async |tx, with| {
        escalate_ticket(tx, with, &by, to(Some("S9"))).await
    });
    let is_named = matches!(error, SupportError::UnknownReference(Named::Staff));
    assert!(is_named, "{error}");
}

#[test]
fn a_ticket_that_is_not_there_is_not_found() {
    let by = actor("S1", Role::Staff);
    let error = refused(&mut Desk::new(), async |tx, with| {
        escalate_ticket(tx, with, &by, to(None)).await
    });
    assert!(matches!(error, SupportError::TicketNotFound));
}

#[test]
fn no_customer_escalates_a_ticket_not_even_their_own() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("C1", Role::Customer);
    let error = refused(&mut desk, async |tx, with| {
        escalate_ticket(tx, with, &by, to(None)).await
    });
    let is_reserved = matches!(error, SupportError::Forbidden(Reserved::Escalation));
    assert!(is_reserved, "{error}");
}
