use shared_kernel::{Caller, OrderId, PhoneNumber, Role, StoreError};

use crate::customer::FullName;
use crate::error::{Named, SupportError};
use crate::testing::{Desk, actor, address, customer_id, outline, refused, said, ticket};
use crate::ticket::{Category, Message, OrderNumber, Priority, Status, Subject, TicketFile};
use crate::use_cases::{CreateTicket, create_ticket};

/// The form, filled in with the address of whoever has this id.
fn form(of: &str) -> CreateTicket {
    CreateTicket {
        name: FullName::parse("Anne de La Tour").unwrap(),
        email: address(of),
        phone: None,
        subject: Subject::parse("Problème démarrage véhicule").unwrap(),
        message: Message::parse("Mon véhicule ne démarre plus depuis ce matin.").unwrap(),
        priority: Priority::High,
        category: Category::Technical,
        vehicle: None,
        order_number: None,
        customer_id: None,
    }
}

fn naming(customer: &str, form: CreateTicket) -> CreateTicket {
    CreateTicket {
        customer_id: Some(customer_id(customer)),
        ..form
    }
}

fn with_order(number: &str, form: CreateTicket) -> CreateTicket {
    CreateTicket {
        order_number: Some(OrderNumber::parse(number).unwrap()),
        ..form
    }
}

fn customer(id: &str) -> Caller {
    Caller::Known(actor(id, Role::Customer))
}

fn staff(id: &str) -> Caller {
    Caller::Known(actor(id, Role::Staff))
}

#[track_caller]
fn created(desk: &mut Desk, caller: &Caller, form: CreateTicket) -> TicketFile {
    let (file, told) = said(desk, async |tx, with| {
        create_ticket(tx, with, caller, form).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["created"]);
    assert_eq!(*told[0].file(), file);
    assert_eq!(*desk.ticket(file.ticket.id.as_str()), file.ticket);
    file
}

#[track_caller]
fn not_created(caller: &Caller, form: CreateTicket) -> SupportError {
    refused(&mut Desk::new(), async |tx, with| {
        create_ticket(tx, with, caller, form).await
    })
}

#[test]
fn a_new_ticket_is_open_and_nobodys_yet() {
    let mut desk = Desk::new();
    let ticket = created(&mut desk, &customer("C1"), form("C1")).ticket;
    assert_eq!((ticket.status, ticket.version), (Status::Open, 1));
    assert_eq!((ticket.assignee, ticket.closings), (None, 0));
    assert_eq!((ticket.created_at, ticket.updated_at), (desk.now, desk.now));
}

#[test]
fn an_address_nobody_had_makes_a_customer() {
    let mut desk = Desk::new();
    let file = created(&mut desk, &Caller::Anonymous, form("New"));
    assert_eq!(file.customer.id, customer_id("CST-new@example.com"));
    let name = (&*file.customer.first_name, &*file.customer.name);
    assert_eq!(name, ("Anne", "de La Tour"));
    assert_eq!(file.customer.verified_email, None, "typed is not proven");
    assert!(!file.ticket.unverified);
    assert_eq!(desk.customers.len(), 3);
}

#[test]
fn without_a_token_a_known_address_gets_the_ticket_and_it_is_unverified() {
    let mut desk = Desk::new();
    let file = created(&mut desk, &Caller::Anonymous, form("C1"));
    assert_eq!(file.customer.id, customer_id("C1"));
    assert!(file.ticket.unverified);
    assert_eq!(file.ticket.contact.email, address("C1").key());
    assert_eq!(desk.customers.len(), 2);
}

#[test]
fn a_signed_in_customer_is_the_owner_whatever_address_the_form_has() {
    let mut desk = Desk::new();
    for form in [form("C2"), naming("C1", form("C2"))] {
        let file = created(&mut desk, &customer("C1"), form);
        assert_eq!(file.ticket.customer, customer_id("C1"));
        assert!(!file.ticket.unverified);
    }
}

#[test]
fn nobody_but_staff_names_another_customer() {
    for caller in [customer("C1"), Caller::Anonymous] {
        let error = not_created(&caller, naming("C2", form("C1")));
        assert!(matches!(
            error,
            SupportError::IdentityMismatch(Named::Customer)
        ));
    }
}

#[test]
fn staff_name_any_customer_who_is_there() {
    let mut desk = Desk::new();
    let file = created(&mut desk, &staff("S1"), naming("C2", form("C1")));
    assert_eq!(file.ticket.customer, customer_id("C2"));
    let error = not_created(&staff("S1"), naming("C9", form("C1")));
    assert!(matches!(
        error,
        SupportError::UnknownReference(Named::Customer)
    ));
}

#[test]
fn a_ticket_staff_write_for_a_known_address_is_verified() {
    let file = created(&mut Desk::new(), &staff("S1"), form("C1"));
    assert_eq!(file.ticket.customer, customer_id("C1"));
    assert!(!file.ticket.unverified);
}

#[test]
fn a_token_whose_customer_is_not_there_creates_nothing() {
    let error = not_created(&customer("C9"), form("C1"));
    assert!(matches!(
        error,
        SupportError::UnknownReference(Named::Customer)
    ));
}

#[test]
fn a_number_becomes_an_order_only_of_the_customer_whose_it_is() {
    let mut desk = Desk::new();
    let order = Some(OrderId::parse("O1").unwrap());
    for (of, number, found) in [
        ("C1", "ORD-1", order),
        ("C2", "ORD-1", None),
        ("C1", "ORD-2", None),
    ] {
        let ticket = created(&mut desk, &customer(of), with_order(number, form(of))).ticket;
        assert_eq!(ticket.order, found, "{number} of {of}");
        let typed = ticket.order_number.unwrap();
        assert_eq!(typed.as_str(), number, "what was typed is kept");
    }
}

#[test]
fn a_taken_id_is_drawn_again() {
    let mut desk = Desk::with(ticket("TICKET-1"));
    desk.add(ticket("TICKET-2"));
    let file = created(&mut desk, &customer("C1"), form("C1"));
    assert_eq!(file.ticket.id.as_str(), "TICKET-3");
}

#[test]
fn five_taken_ids_are_a_conflict() {
    let mut desk = Desk::new();
    for number in 1..=5 {
        desk.add(ticket(&format!("TICKET-{number}")));
    }
    let error = refused(&mut desk, async |tx, with| {
        create_ticket(tx, with, &customer("C1"), form("C1")).await
    });
    let is_conflict = matches!(error, SupportError::Store(StoreError::Duplicate(_)));
    assert!(is_conflict, "{error}");
}

#[test]
fn what_was_typed_stays_with_the_ticket_whoever_it_belongs_to() {
    let mut desk = Desk::new();
    let typed = |of: &str| CreateTicket {
        phone: Some(PhoneNumber::parse("0612345678").unwrap()),
        ..form(of)
    };
    for (caller, of, signed_in) in [
        (customer("C1"), "C1", true),
        (staff("S1"), "C2", true),
        (Caller::Anonymous, "C1", false),
        (Caller::Anonymous, "New", false),
    ] {
        let file = created(&mut desk, &caller, typed(of));
        let contact = file.ticket.contact;
        assert_eq!(contact.name.unwrap().as_str(), "Anne de La Tour");
        assert_eq!(contact.phone.unwrap().as_str(), "0612345678");
        assert_eq!(contact.signed_in, signed_in, "{caller:?}");
    }
    let known = &desk.customers[&customer_id("C1")];
    assert_eq!((&*known.first_name, &known.phone), ("Jean", &None));
}

#[test]
fn an_address_typed_as_a_name_names_nobody() {
    let mut desk = Desk::new();
    let typed = CreateTicket {
        name: FullName::parse("new@example.com").unwrap(),
        ..form("New")
    };
    let file = created(&mut desk, &Caller::Anonymous, typed);
    assert_eq!(file.customer.display_name(), None);
    assert!(file.customer.typed);
}
