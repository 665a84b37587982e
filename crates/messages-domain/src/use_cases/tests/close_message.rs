use shared_kernel::Role;

use crate::error::MessagesError;
use crate::message::{CloseReason, Message, State};
use crate::testing::{
    Desk, actor, entry_id, message, message_of, outline, refused, reply_of_staff, said, staff_id,
};
use crate::use_cases::close_message;

#[test]
fn closing_is_told_with_its_closer_and_the_staff_member_in_the_conversation() {
    let with_staff = Message {
        staff: Some(staff_id("S1")),
        ..message("R2")
    };
    let mut desk = Desk::with([message("R1"), with_staff]);
    for (by, id, line) in [
        (
            actor("C1", Role::Customer),
            "R1",
            "R1 closed by C1, with None",
        ),
        (
            actor("S2", Role::Staff),
            "R2",
            "R2 closed by S2, with Some(S1)",
        ),
    ] {
        let (closed, told) = said(&mut desk, async |tx, with| {
            close_message(tx, with, &by, &entry_id(id), None).await
        });
        let closed = closed.unwrap();
        assert_eq!(outline(&told), [line]);
        assert_eq!(*message_of(&told[0]), closed);
        assert_eq!((closed.state, closed.version), (State::Closed, 2));
        assert_eq!(*desk.message(id), closed);
    }
}

#[test]
fn of_a_reply_the_staff_member_is_the_roots() {
    let root = Message {
        staff: Some(staff_id("S2")),
        ..message("R1")
    };
    let mut desk = Desk::with([root, reply_of_staff("R2", "R1")]);
    let by = actor("C1", Role::Customer);
    let (_, told) = said(&mut desk, async |tx, with| {
        close_message(tx, with, &by, &entry_id("R2"), None).await
    });
    assert_eq!(outline(&told), ["R2 closed by C1, with Some(S2)"]);
    assert_eq!(desk.message("R1").state, State::Open, "only this message");
}

#[test]
fn closing_it_again_tells_nobody() {
    let mut closed = message("R1");
    closed.state = State::Closed;
    let mut desk = Desk::with([closed.clone()]);
    let by = actor("S1", Role::Staff);
    let (again, told) = said(&mut desk, async |tx, with| {
        close_message(tx, with, &by, &entry_id("R1"), None).await
    });
    assert_eq!((told.len(), desk.writes), (0, 0));
    assert_eq!(again.unwrap(), closed);
}

#[test]
fn a_reason_is_kept_and_one_given_later_only_where_none_was() {
    let mut desk = Desk::with([message("R1")]);
    let by = actor("S1", Role::Staff);
    let mut close = |reason: Option<&str>| {
        let reason = reason.map(|reason| CloseReason::parse(reason).unwrap());
        let (closed, told) = said(&mut desk, async |tx, with| {
            close_message(tx, with, &by, &entry_id("R1"), reason).await
        });
        let reason = closed.unwrap().close_reason;
        (reason.map(|reason| reason.as_str().to_owned()), told.len())
    };
    assert_eq!(close(None), (None, 1));
    assert_eq!(close(Some("Doublon")), (Some("Doublon".to_owned()), 0));
    assert_eq!(close(Some("Autre")), (Some("Doublon".to_owned()), 0));
}

#[test]
fn to_a_stranger_the_message_is_not_there() {
    let by = actor("C2", Role::Customer);
    let error = refused(&mut Desk::with([message("R1")]), async |tx, with| {
        close_message(tx, with, &by, &entry_id("R1"), None).await
    });
    assert!(matches!(error, MessagesError::MessageNotFound));
}
