use shared_kernel::Role;

use crate::error::MessagesError;
use crate::message::Priority;
use crate::testing::{
    Desk, actor, content, entry_id, message, message_of, outline, refused, reply_of_staff, said,
    subject,
};
use crate::use_cases::{EditMessage, edit_message};

#[test]
fn its_author_changes_what_is_named_and_both_sides_are_told() {
    let mut desk = Desk::with([message("R1")]);
    let by = actor("C1", Role::Customer);
    let edit = EditMessage {
        content: Some(content("Elle est arrivée.")),
        priority: Some(Priority::Low),
        subject: None,
    };
    let (edited, told) = said(&mut desk, async |tx, with| {
        edit_message(tx, with, &by, &entry_id("R1"), edit).await
    });
    let edited = edited.unwrap();
    assert_eq!(outline(&told), ["R1 updated, with None"]);
    assert_eq!(*message_of(&told[0]), edited);
    assert_eq!(edited.content.as_str(), "Elle est arrivée.");
    assert_eq!(edited.priority, Priority::Low);
    assert_eq!(edited.subject, message("R1").subject, "not named");
    assert_eq!((edited.version, edited.updated_at), (2, desk.now));
    assert_eq!(*desk.message("R1"), edited);
}

#[test]
fn an_edit_that_says_the_same_is_no_change() {
    let mut desk = Desk::with([message("R1")]);
    let by = actor("C1", Role::Customer);
    let same = EditMessage {
        subject: Some(subject("Ma commande")),
        ..EditMessage::default()
    };
    for edit in [same, EditMessage::default()] {
        let (edited, told) = said(&mut desk, async |tx, with| {
            edit_message(tx, with, &by, &entry_id("R1"), edit).await
        });
        assert_eq!((told.len(), desk.writes), (0, 0));
        assert_eq!(edited.unwrap(), message("R1"));
    }
}

#[test]
fn nobody_else_changes_it_and_a_stranger_does_not_find_it() {
    let mut desk = Desk::with([message("R1")]);
    let edit = EditMessage {
        content: Some(content("Autre chose.")),
        ..EditMessage::default()
    };
    for by in [actor("S1", Role::Staff), actor("A1", Role::Admin)] {
        let error = refused(&mut desk, async |tx, with| {
            edit_message(tx, with, &by, &entry_id("R1"), edit.clone()).await
        });
        assert!(matches!(error, MessagesError::NotTheAuthor));
    }
    let stranger = actor("C2", Role::Customer);
    let error = refused(&mut desk, async |tx, with| {
        edit_message(tx, with, &stranger, &entry_id("R1"), edit).await
    });
    assert!(matches!(error, MessagesError::MessageNotFound));
}

#[test]
fn of_a_reply_the_staff_member_who_is_told_is_the_roots() {
    let mut desk = Desk::with([message("R1"), reply_of_staff("R2", "R1")]);
    let by = actor("S1", Role::Staff);
    let edit = EditMessage {
        content: Some(content("Elle est arrivée.")),
        ..EditMessage::default()
    };
    let (_, told) = said(&mut desk, async |tx, with| {
        edit_message(tx, with, &by, &entry_id("R2"), edit).await
    });
    assert_eq!(outline(&told), ["R2 updated, with None"]);
}
