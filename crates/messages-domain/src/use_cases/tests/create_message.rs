use shared_kernel::{Actor, Role};

use crate::error::{MessagesError, Named};
use crate::events::{MessageEvent, Recipient};
use crate::message::{Message, Priority, Side, State};
use crate::testing::{
    Desk, actor, content, customer_id, order_id, refused, said, staff_id, subject,
};
use crate::use_cases::{CreateMessage, create_message};

fn between(customer: &str, staff: Option<&str>) -> CreateMessage {
    CreateMessage {
        customer: customer_id(customer),
        staff: staff.map(staff_id),
        order: None,
        subject: subject("Ma commande"),
        content: content("Où en est ma commande ?"),
        priority: Priority::High,
    }
}

#[track_caller]
fn created(by: &Actor, ask: CreateMessage) -> (Message, Recipient) {
    let mut desk = Desk::new();
    let (message, told) = said(&mut desk, async |tx, with| {
        create_message(tx, with, by, ask).await
    });
    let message = message.unwrap();
    assert_eq!(*desk.message(message.id.as_str()), message);
    let [MessageEvent::Created { message: of, to }] = &told[..] else {
        panic!("one event: {told:?}");
    };
    assert_eq!(*of, message);
    (message, to.clone())
}

#[track_caller]
fn not_created(by: &Actor, ask: CreateMessage) -> MessagesError {
    refused(&mut Desk::new(), async |tx, with| {
        create_message(tx, with, by, ask).await
    })
}

#[test]
fn a_conversation_begins_open_and_unread_with_its_own_root() {
    let by = actor("C1", Role::Customer);
    let (message, _) = created(&by, between("C1", None));
    assert_eq!((message.state, message.version), (State::Open, 1));
    assert_eq!((message.root.clone(), message.read_at), (None, None));
    assert_eq!(message.conversation(), &message.id);
    assert_eq!(
        (message.author, message.author_side),
        (by.id, Side::Customer)
    );
    assert_eq!(message.priority, Priority::High);
    assert_eq!(message.created_at, Desk::new().now);
}

#[test]
fn a_customer_tells_the_staff_they_name_else_all_of_them() {
    let by = actor("C1", Role::Customer);
    let to = |staff| created(&by, between("C1", staff)).1;
    assert_eq!(to(None), Recipient::AllStaff);
    assert_eq!(to(Some("S1")), Recipient::Staff(staff_id("S1")));
}

#[test]
fn staff_tell_the_customer() {
    let staff = actor("S1", Role::Staff);
    let (message, to) = created(&staff, between("C1", Some("S1")));
    assert_eq!(message.author_side, Side::Staff);
    assert_eq!(to, Recipient::Customer(customer_id("C1")));
}

#[test]
fn an_admin_begins_a_conversation_in_anybodys_name_and_as_staff() {
    let admin = actor("A1", Role::Admin);
    for staff in [None, Some("S2")] {
        let (message, to) = created(&admin, between("C2", staff));
        assert_eq!(message.staff, staff.map(staff_id));
        assert_eq!(
            (message.author, message.author_side),
            (admin.id.clone(), Side::Staff)
        );
        assert_eq!(to, Recipient::Customer(customer_id("C2")));
    }
}

#[test]
fn customers_and_staff_begin_in_their_own_name() {
    let customer = actor("C1", Role::Customer);
    let staff = actor("S1", Role::Staff);
    for (by, ask, wrong) in [
        (&customer, between("C2", None), Named::Customer),
        (&staff, between("C1", Some("S2")), Named::Staff),
        (&staff, between("C1", None), Named::Staff),
    ] {
        let MessagesError::IdentityMismatch(named) = not_created(by, ask) else {
            panic!("somebody else's name");
        };
        assert_eq!(named, wrong);
    }
}

#[test]
fn who_and_what_is_named_must_be_there() {
    let admin = actor("A1", Role::Admin);
    let with_order = |order, ask: CreateMessage| CreateMessage {
        order: Some(order_id(order)),
        ..ask
    };
    for (ask, absent) in [
        // The first that is absent is named.
        (with_order("O9", between("C9", Some("S9"))), Named::Customer),
        (with_order("O9", between("C1", Some("S9"))), Named::Staff),
        (with_order("O9", between("C1", None)), Named::Order),
        // Somebody else's.
        (with_order("O1", between("C2", None)), Named::Order),
    ] {
        let MessagesError::UnknownReference(named) = not_created(&admin, ask) else {
            panic!("nobody and nothing there");
        };
        assert_eq!(named, absent);
    }
    let (message, _) = created(&admin, with_order("O1", between("C1", None)));
    assert_eq!(message.order, Some(order_id("O1")));
}
