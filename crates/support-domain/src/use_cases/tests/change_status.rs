use shared_kernel::{Role, Versions};

use super::*;
use crate::error::{Named, Reserved, SupportError};
use crate::testing::{Desk, actor, at, closed_ticket, outline, refused, said, staff_id, ticket};
use crate::thread::EntryKind;
use crate::ticket::{Status, StatusGroup};
use crate::use_cases::{ChangeStatus, change_status};

fn to(status: StatusGroup) -> ChangeStatus {
    ChangeStatus {
        ticket: t1(),
        status,
        assigned_to: None,
        internal_note: None,
        expected_version: None,
    }
}

#[test]
fn a_request_with_everything_tells_assignment_note_and_status_in_this_order() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let ask = ChangeStatus {
        assigned_to: Some(staff_id("S2")),
        internal_note: Some(text("Pièce reçue.")),
        ..to(StatusGroup::Closed)
    };
    let (file, told) = said(&mut desk, async |tx, with| {
        change_status(tx, with, &by, ask).await
    });
    let file = file.unwrap();
    assert_eq!(
        outline(&told),
        [
            "assigned to S2 by S1",
            "Note of S1",
            "open -> resolved: Request(Staff)"
        ]
    );
    assert!(told.iter().all(|event| *event.file() == file));
    assert_eq!(file.ticket.version, 2, "one request, one version");
    assert_eq!(*desk.ticket(T1), file.ticket);
    assert_eq!(desk.thread.len(), 1);
    assert_eq!(desk.thread[0].kind, EntryKind::Note);
}

#[test]
fn support_resolves_and_a_customer_closes() {
    for (by, line) in [
        (actor("S1", Role::Staff), "open -> resolved: Request(Staff)"),
        (
            actor("C1", Role::Customer),
            "open -> closed: Request(Customer)",
        ),
    ] {
        let mut desk = Desk::with(ticket(T1));
        let (file, told) = said(&mut desk, async |tx, with| {
            change_status(tx, with, &by, to(StatusGroup::Closed)).await
        });
        assert_eq!(outline(&told), [line]);
        assert_eq!(file.unwrap().ticket.closed_at, Some(desk.now));
    }
}

#[test]
fn a_closed_ticket_is_opened_by_request() {
    let mut desk = Desk::with(closed_ticket(T1, Status::Resolved, at(1)));
    let by = actor("C1", Role::Customer);
    let (file, told) = said(&mut desk, async |tx, with| {
        change_status(tx, with, &by, to(StatusGroup::Open)).await
    });
    assert_eq!(outline(&told), ["resolved -> open: Request(Customer)"]);
    assert_eq!(file.unwrap().ticket.closed_at, None);
}

#[test]
fn asking_for_the_present_status_is_no_change_and_tells_nobody() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("C1", Role::Customer);
    let (file, told) = said(&mut desk, async |tx, with| {
        change_status(tx, with, &by, to(StatusGroup::Open)).await
    });
    assert_eq!((outline(&told).len(), desk.writes), (0, 0));
    assert_eq!(file.unwrap().ticket, ticket(T1));
}

#[test]
fn a_note_alone_is_a_change_and_no_new_status() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let ask = ChangeStatus {
        internal_note: Some(text("Pièce commandée.")),
        ..to(StatusGroup::Open)
    };
    let (file, told) = said(&mut desk, async |tx, with| {
        change_status(tx, with, &by, ask).await
    });
    assert_eq!(outline(&told), ["Note of S1"]);
    let after = file.unwrap().ticket;
    assert_eq!((after.version, after.updated_at), (2, desk.now));
    assert_eq!(after.status, Status::Open);
}

#[test]
fn a_status_that_an_assignment_changed_on_request_is_told_as_one() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let ask = ChangeStatus {
        assigned_to: Some(staff_id("S1")),
        ..to(StatusGroup::Open)
    };
    let (_, told) = said(&mut desk, async |tx, with| {
        change_status(tx, with, &by, ask).await
    });
    assert_eq!(
        outline(&told),
        [
            "assigned to S1 by S1",
            "open -> in_progress: Request(Staff)"
        ]
    );
}

#[test]
fn assigning_and_writing_notes_are_for_staff() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("C1", Role::Customer);
    let assigns = ChangeStatus {
        assigned_to: Some(staff_id("S1")),
        ..to(StatusGroup::Closed)
    };
    let notes = ChangeStatus {
        internal_note: Some(text("Pour moi.")),
        ..to(StatusGroup::Closed)
    };
    for ask in [assigns, notes] {
        let error = refused(&mut desk, async |tx, with| {
            change_status(tx, with, &by, ask).await
        });
        assert!(matches!(
            error,
            SupportError::Forbidden(Reserved::AssignmentOrNote)
        ));
    }
}

#[test]
fn nobody_unknown_gets_it_and_then_nothing_else_is_done_either() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let ask = ChangeStatus {
        assigned_to: Some(staff_id("S9")),
        internal_note: Some(text("Pièce reçue.")),
        ..to(StatusGroup::Closed)
    };
    let error = refused(&mut desk, async |tx, with| {
        change_status(tx, with, &by, ask).await
    });
    let is_named = matches!(error, SupportError::UnknownReference(Named::NewAssignee));
    assert!(is_named, "{error}");
}

#[test]
fn only_the_version_that_stands_changes() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let ask = ChangeStatus {
        expected_version: Some(Versions::from(7)),
        ..to(StatusGroup::Closed)
    };
    let error = refused(&mut desk, async |tx, with| {
        change_status(tx, with, &by, ask).await
    });
    assert!(matches!(error, SupportError::VersionMismatch));
}

#[test]
fn to_a_stranger_the_ticket_is_not_there_whatever_they_ask() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("C2", Role::Customer);
    let ask = ChangeStatus {
        internal_note: Some(text("Pour moi.")),
        expected_version: Some(Versions::from(7)),
        ..to(StatusGroup::Closed)
    };
    let error = refused(&mut desk, async |tx, with| {
        change_status(tx, with, &by, ask).await
    });
    assert!(matches!(error, SupportError::TicketNotFound));
}
