use shared_kernel::Role;

use crate::error::MessagesError;
use crate::testing::{
    Desk, actor, at, entry_id, message, message_of, outline, refused, reply_of_staff, said,
};
use crate::use_cases::read_message;

#[test]
fn the_other_side_reading_it_is_told_with_its_reader() {
    let mut desk = Desk::with([message("R1")]);
    let by = actor("S1", Role::Staff);
    let (read, told) = said(&mut desk, async |tx, with| {
        read_message(tx, with, &by, &entry_id("R1")).await
    });
    let read = read.unwrap();
    assert_eq!(outline(&told), ["R1 read by S1"]);
    assert_eq!(*message_of(&told[0]), read);
    assert_eq!((read.read_at, read.version), (Some(desk.now), 2));
    assert_eq!(*desk.message("R1"), read);
}

#[test]
fn reading_again_or_reading_what_ones_own_side_wrote_is_no_news() {
    let mut once = message("R1");
    once.read_at = Some(at(5));
    let mut desk = Desk::with([once, message("R2"), reply_of_staff("R3", "R2")]);
    for (by, id) in [
        (actor("S1", Role::Staff), "R1"),
        (actor("C1", Role::Customer), "R2"),
        (actor("S2", Role::Staff), "R3"),
    ] {
        let before = desk.message(id).clone();
        let (read, told) = said(&mut desk, async |tx, with| {
            read_message(tx, with, &by, &entry_id(id)).await
        });
        assert_eq!((told.len(), desk.writes), (0, 0), "{id}");
        assert_eq!(read.unwrap(), before);
    }
}

#[test]
fn to_a_stranger_the_message_is_not_there() {
    let by = actor("C2", Role::Customer);
    let error = refused(&mut Desk::with([message("R1")]), async |tx, with| {
        read_message(tx, with, &by, &entry_id("R1")).await
    });
    assert!(matches!(error, MessagesError::MessageNotFound));
}
