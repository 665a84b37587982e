use shared_kernel::{Actor, Role};

use crate::error::MessagesError;
use crate::message::State;
use crate::testing::{Desk, actor, at, entry_id, message, outline, refused, reply_of_staff, said};
use crate::use_cases::{archive_message, delete_message};

/// Everybody who may put away a message of C1's, and one that S1 wrote to C1.
fn allowed() -> [(Actor, &'static str); 4] {
    [
        (actor("C1", Role::Customer), "R1"),
        (actor("C1", Role::Customer), "R2"),
        (actor("S1", Role::Staff), "R2"),
        (actor("A1", Role::Admin), "R1"),
    ]
}

fn desk() -> Desk {
    Desk::with([message("R1"), reply_of_staff("R2", "R1")])
}

#[test]
fn an_archived_message_stays_open_and_its_customer_alone_is_told() {
    for (by, id) in allowed() {
        let mut desk = desk();
        let (archived, told) = said(&mut desk, async |tx, with| {
            archive_message(tx, with, &by, &entry_id(id)).await
        });
        let archived = archived.unwrap();
        assert_eq!(outline(&told), [format!("{id} archived by {}", by.id)]);
        assert_eq!(archived.archived_at, Some(desk.now));
        assert_eq!((archived.state, archived.version), (State::Open, 2));
        assert_eq!(*desk.message(id), archived);
    }
}

#[test]
fn archiving_it_again_is_no_change() {
    let mut archived = message("R1");
    archived.archived_at = Some(at(5));
    let mut desk = Desk::with([archived.clone()]);
    let by = actor("C1", Role::Customer);
    let (again, told) = said(&mut desk, async |tx, with| {
        archive_message(tx, with, &by, &entry_id("R1")).await
    });
    assert_eq!((told.len(), desk.writes), (0, 0));
    assert_eq!(again.unwrap(), archived);
}

#[test]
fn a_deleted_message_is_closed_and_both_sides_are_told() {
    for (by, id) in allowed() {
        let mut desk = desk();
        let (deleted, told) = said(&mut desk, async |tx, with| {
            delete_message(tx, with, &by, &entry_id(id)).await
        });
        let deleted = deleted.unwrap();
        let line = format!("{id} deleted by {}, with None", by.id);
        assert_eq!(outline(&told), [line]);
        assert_eq!(deleted.deleted_at, Some(desk.now));
        assert_eq!((deleted.state, deleted.version), (State::Closed, 2));
        assert_eq!(*desk.message(id), deleted);
    }
}

#[test]
fn a_deleted_message_is_there_for_nobody() {
    let mut desk = desk();
    let by = actor("A1", Role::Admin);
    let (_, _) = said(&mut desk, async |tx, with| {
        delete_message(tx, with, &by, &entry_id("R1")).await
    });
    let again = refused(&mut desk, async |tx, with| {
        delete_message(tx, with, &by, &entry_id("R1")).await
    });
    assert!(matches!(again, MessagesError::DeletedBefore));
    // Who could not have deleted it is told nothing of it.
    for other in [actor("S1", Role::Staff), actor("C2", Role::Customer)] {
        let refused = refused(&mut desk, async |tx, with| {
            delete_message(tx, with, &other, &entry_id("R1")).await
        });
        assert!(matches!(refused, MessagesError::NotFoundOrRefused));
    }
}

#[test]
fn nobody_else_puts_a_message_away_and_cannot_tell_it_from_none() {
    let mut desk = desk();
    for (by, id) in [
        (actor("C2", Role::Customer), "R1"),
        // Staff put away what they wrote themselves.
        (actor("S1", Role::Staff), "R1"),
        (actor("S2", Role::Staff), "R2"),
        (actor("A1", Role::Admin), "R9"),
    ] {
        let archived = refused(&mut desk, async |tx, with| {
            archive_message(tx, with, &by, &entry_id(id)).await
        });
        let deleted = refused(&mut desk, async |tx, with| {
            delete_message(tx, with, &by, &entry_id(id)).await
        });
        for error in [archived, deleted] {
            assert!(matches!(error, MessagesError::NotFoundOrRefused), "{id}");
        }
    }
}
