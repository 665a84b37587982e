use shared_kernel::{Actor, Role};

use crate::error::MessagesError;
use crate::events::{MessageEvent, Recipient};
use crate::message::{Message, Priority, Side};
use crate::testing::{
    Desk, actor, at, content, customer_id, entry_id, message, order_id, refused, reply_of_staff,
    said, staff_id,
};
use crate::use_cases::{Reply, reply_to_message};

fn to(id: &str) -> Reply {
    Reply {
        to: entry_id(id),
        content: content("Elle est partie ce matin."),
    }
}

#[track_caller]
fn replied(desk: &mut Desk, by: &Actor, answered: &str) -> (Message, Recipient) {
    let (reply, told) = said(desk, async |tx, with| {
        reply_to_message(tx, with, by, to(answered)).await
    });
    let reply = reply.unwrap();
    assert_eq!(*desk.message(reply.id.as_str()), reply);
    let [MessageEvent::Created { message, to }] = &told[..] else {
        panic!("one event: {told:?}");
    };
    assert_eq!(*message, reply);
    (reply, to.clone())
}

/// A conversation of C1 with staff member S1.
fn taken(id: &str) -> Message {
    Message {
        staff: Some(staff_id("S1")),
        ..message(id)
    }
}

#[test]
fn whoever_of_support_answers_first_takes_the_conversation() {
    let mut desk = Desk::with([message("R1")]);
    let (reply, to) = replied(&mut desk, &actor("S1", Role::Staff), "R1");
    assert_eq!(to, Recipient::Customer(customer_id("C1")));
    assert_eq!(reply.author_side, Side::Staff);
    let root = desk.message("R1");
    assert_eq!(root.staff, Some(staff_id("S1")));
    assert_eq!((root.version, root.updated_at), (2, desk.now));
}

#[test]
fn a_colleague_who_answers_does_not_take_it_over() {
    let mut desk = Desk::with([taken("R1")]);
    let (reply, to) = replied(&mut desk, &actor("S2", Role::Staff), "R1");
    assert_eq!(reply.staff, Some(staff_id("S2")));
    assert_eq!(to, Recipient::Customer(customer_id("C1")));
    assert_eq!(*desk.message("R1"), taken("R1"));
}

#[test]
fn a_customer_answers_the_staff_member_in_the_conversation_else_all() {
    let by = actor("C1", Role::Customer);
    let (reply, to) = replied(&mut Desk::with([taken("R1")]), &by, "R1");
    assert_eq!(to, Recipient::Staff(staff_id("S1")));
    assert_eq!(reply.staff, Some(staff_id("S1")));
    let mut desk = Desk::with([message("R1")]);
    let (reply, to) = replied(&mut desk, &by, "R1");
    assert_eq!((reply.staff, to), (None, Recipient::AllStaff));
    assert_eq!(*desk.message("R1"), message("R1"), "nobody took it");
}

#[test]
fn a_reply_to_a_reply_belongs_to_the_root_and_goes_to_who_is_in_it() {
    let by_colleague = Message {
        staff: Some(staff_id("S2")),
        ..reply_of_staff("R2", "R1")
    };
    let mut desk = Desk::with([taken("R1"), by_colleague]);
    let (reply, to) = replied(&mut desk, &actor("C1", Role::Customer), "R2");
    assert_eq!(reply.root, Some(entry_id("R1")));
    assert_eq!(to, Recipient::Staff(staff_id("S1")));
}

#[test]
fn a_reply_is_about_what_its_root_is_about() {
    let root = Message {
        order: Some(order_id("O1")),
        priority: Priority::Urgent,
        ..message("R1")
    };
    let mut desk = Desk::with([root]);
    let (reply, _) = replied(&mut desk, &actor("C1", Role::Customer), "R1");
    assert_eq!(reply.order, Some(order_id("O1")));
    assert_eq!(reply.priority, Priority::Urgent);
    assert_eq!(reply.subject.as_str(), "RE: Ma commande");
    assert_eq!((reply.version, reply.read_at), (1, None));
    assert_eq!(reply.created_at, desk.now);
}

#[test]
fn to_a_stranger_the_message_is_not_there_nor_to_anybody_once_deleted() {
    let deleted = Message {
        deleted_at: Some(at(5)),
        ..message("R2")
    };
    let mut desk = Desk::with([message("R1"), deleted]);
    for (by, id) in [
        (actor("C2", Role::Customer), "R1"),
        (actor("C1", Role::Customer), "R2"),
        (actor("A1", Role::Admin), "R2"),
        (actor("C1", Role::Customer), "R9"),
    ] {
        let error = refused(&mut desk, async |tx, with| {
            reply_to_message(tx, with, &by, to(id)).await
        });
        assert!(matches!(error, MessagesError::MessageNotFound), "{id}");
    }
}
