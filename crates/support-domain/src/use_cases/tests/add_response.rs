use shared_kernel::Role;

use super::*;
use crate::error::{Reserved, SupportError};
use crate::testing::{Desk, actor, at, closed_ticket, outline, refused, said, ticket};
use crate::thread::{AuthorKind, EntryKind};
use crate::ticket::{Status, Ticket};
use crate::use_cases::{AddResponse, add_response};

fn saying(words: &str) -> AddResponse {
    AddResponse {
        ticket: t1(),
        text: text(words),
        internal: false,
    }
}

fn note(words: &str) -> AddResponse {
    AddResponse {
        internal: true,
        ..saying(words)
    }
}

#[test]
fn supports_first_answer_is_told_before_the_status_it_implies() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let (done, told) = said(&mut desk, async |tx, with| {
        add_response(tx, with, &by, saying("Bonjour !")).await
    });
    let (file, entry) = done.unwrap();
    assert_eq!(
        outline(&told),
        ["Response of S1", "open -> waiting_customer: Response"]
    );
    assert!(told.iter().all(|event| *event.file() == file));
    assert_eq!(file.ticket.first_response_at, Some(desk.now));
    assert_eq!((file.ticket.staff_responses, file.ticket.version), (1, 2));
    assert_eq!(*desk.ticket(T1), file.ticket);
    assert_eq!(desk.thread, [entry]);
}

#[test]
fn an_entry_says_who_wrote_it_and_from_which_side() {
    for (by, kind) in [
        (actor("S1", Role::Staff), AuthorKind::Staff),
        (actor("A1", Role::Admin), AuthorKind::Staff),
        (actor("C1", Role::Customer), AuthorKind::Customer),
    ] {
        let mut desk = Desk::with(ticket(T1));
        let (done, _) = said(&mut desk, async |tx, with| {
            add_response(tx, with, &by, saying("Bonjour !")).await
        });
        let (_, entry) = done.unwrap();
        assert_eq!((&entry.author.id, entry.author.kind), (&by.id, kind));
        assert_eq!(entry.author.name, by.name);
        assert_eq!(entry.created_at, desk.now);
    }
}

#[test]
fn a_second_answer_of_support_changes_no_status_and_says_none() {
    let mut desk = Desk::with(Ticket {
        status: Status::WaitingCustomer,
        first_response_at: Some(at(5)),
        ..ticket(T1)
    });
    let by = actor("S2", Role::Staff);
    let (done, told) = said(&mut desk, async |tx, with| {
        add_response(tx, with, &by, saying("Encore une chose.")).await
    });
    assert_eq!(outline(&told), ["Response of S2"]);
    assert_eq!(done.unwrap().0.ticket.first_response_at, Some(at(5)));
}

#[test]
fn a_customers_answer_reopens_a_closed_ticket() {
    let mut desk = Desk::with(closed_ticket(T1, Status::Resolved, at(1)));
    let by = actor("C1", Role::Customer);
    let (done, told) = said(&mut desk, async |tx, with| {
        add_response(tx, with, &by, saying("Toujours en panne.")).await
    });
    assert_eq!(
        outline(&told),
        ["Response of C1", "resolved -> open: Response"]
    );
    assert_eq!(done.unwrap().0.ticket.closed_at, None);
}

#[test]
fn supports_answer_leaves_a_closed_ticket_closed() {
    let mut desk = Desk::with(closed_ticket(T1, Status::Resolved, at(1)));
    let by = actor("S1", Role::Staff);
    let (_, told) = said(&mut desk, async |tx, with| {
        add_response(tx, with, &by, saying("Bonne route !")).await
    });
    assert_eq!(outline(&told), ["Response of S1"]);
    assert_eq!(desk.ticket(T1).status, Status::Resolved);
}

#[test]
fn a_note_is_no_answer_and_counts_a_version() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("S1", Role::Staff);
    let (done, told) = said(&mut desk, async |tx, with| {
        add_response(tx, with, &by, note("Client difficile.")).await
    });
    let (file, entry) = done.unwrap();
    assert_eq!(outline(&told), ["Note of S1"]);
    assert_eq!(entry.kind, EntryKind::Note);
    let after = file.ticket;
    assert_eq!((after.first_response_at, after.staff_responses), (None, 0));
    assert_eq!((after.version, after.updated_at), (2, desk.now));
}

#[test]
fn notes_are_for_staff() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("C1", Role::Customer);
    let error = refused(&mut desk, async |tx, with| {
        add_response(tx, with, &by, note("Pour moi.")).await
    });
    assert!(matches!(error, SupportError::Forbidden(Reserved::Note)));
}

#[test]
fn to_a_stranger_the_ticket_is_not_there() {
    let mut desk = Desk::with(ticket(T1));
    let by = actor("C2", Role::Customer);
    let error = refused(&mut desk, async |tx, with| {
        add_response(tx, with, &by, note("Bonjour !")).await
    });
    assert!(matches!(error, SupportError::TicketNotFound));
}

#[test]
fn a_ticket_written_without_a_token_is_its_customers_only_with_the_address_proven() {
    let mut desk = Desk::with(Ticket {
        unverified: true,
        ..ticket(T1)
    });
    let with_address = actor("C1", Role::Customer);
    let mut without = with_address.clone();
    without.email = None;
    let error = refused(&mut desk, async |tx, with| {
        add_response(tx, with, &without, saying("Bonjour !")).await
    });
    assert!(matches!(error, SupportError::TicketNotFound));
    let (done, _) = said(&mut desk, async |tx, with| {
        add_response(tx, with, &with_address, saying("Bonjour !")).await
    });
    assert!(done.is_ok());
}
