use shared_kernel::{Actor, EmailAddress, PhoneNumber, Role, StoreError};

use super::{Arrival, Holder};
use crate::customer::Customer;
use crate::testing::{Desk, actor, address, customer_id, staff_id, ticket, welcomed};
use crate::ticket::Ticket;

fn typed(id: &str) -> Holder {
    Holder {
        id: customer_id(id),
        is_proven: false,
        is_typed: true,
    }
}

fn proven(id: &str) -> Holder {
    Holder {
        is_proven: true,
        is_typed: false,
        ..typed(id)
    }
}

#[track_caller]
fn assert_arrival(found: &[Holder], arrival: &Arrival) {
    let decided = Arrival::of(&customer_id("me"), true, found);
    assert_eq!(decided, *arrival, "{found:?}");
}

#[test]
fn an_address_nobody_else_has_is_the_callers() {
    assert_arrival(&[], &Arrival::Enter { with_address: true });
    let stay = Arrival::Stay {
        proves_address: true,
    };
    for known in [typed("me"), proven("me")] {
        assert_arrival(&[known], &stay);
    }
}

#[test]
fn a_typed_address_gives_way_to_whoever_proves_it_known_or_not() {
    let of = || customer_id("cst");
    assert_arrival(&[typed("cst")], &Arrival::Rename { typed: of() });
    // In whichever order they are found, and whatever the caller had proven before.
    for known in [typed("me"), proven("me")] {
        for found in [[typed("cst"), known.clone()], [known.clone(), typed("cst")]] {
            assert_arrival(&found, &Arrival::Absorb { typed: of() });
        }
    }
}

#[test]
fn a_proven_address_stays_with_whoever_proved_it() {
    assert_arrival(
        &[proven("other")],
        &Arrival::Enter {
            with_address: false,
        },
    );
    let stay = Arrival::Stay {
        proves_address: false,
    };
    assert_arrival(&[typed("me"), proven("other")], &stay);
    assert_arrival(&[proven("other"), proven("me")], &stay);
}

#[test]
fn a_token_without_an_address_proves_none() {
    let decided = |found: &[Holder]| Arrival::of(&customer_id("me"), false, found);
    let enter = Arrival::Enter {
        with_address: false,
    };
    let stay = Arrival::Stay {
        proves_address: false,
    };
    assert_eq!(decided(&[]), enter);
    assert_eq!(decided(&[proven("me")]), stay);
}

fn without_address(id: &str) -> Actor {
    Actor {
        email: None,
        name: None,
        ..actor(id, Role::Customer)
    }
}

/// A customer with the address of `of`, who was only ever typed into the form.
fn typed_in(id: &str, of: &str) -> Customer {
    Customer {
        id: customer_id(id),
        name: "Tapé".to_owned(),
        first_name: String::new(),
        email: Some(address(of)),
        phone: Some(PhoneNumber::parse("0612345678").unwrap()),
        verified_email: None,
        typed: true,
    }
}

/// The ticket a typed-in customer wrote.
fn ticket_of(customer: &str) -> Ticket {
    Ticket {
        customer: customer_id(customer),
        ..ticket("TICKET-A1")
    }
}

fn name_of(customer: &Customer) -> (&str, &str) {
    (&customer.first_name, &customer.name)
}

#[test]
fn a_stranger_is_entered_with_their_address_and_their_name() {
    let mut desk = Desk::new();
    welcomed(&mut desk, &actor("New", Role::Customer)).unwrap();
    let entered = &desk.customers[&customer_id("New")];
    assert_eq!(entered.verified_email, Some(address("New").key()));
    assert_eq!(name_of(entered), ("Nom", "de New"));
}

#[test]
fn a_typed_in_customer_becomes_the_caller_with_all_they_wrote() {
    let mut desk = Desk::new();
    desk.add_customer(typed_in("CST-1", "New"));
    desk.add(ticket_of("CST-1"));
    welcomed(&mut desk, &actor("New", Role::Customer)).unwrap();
    assert!(!desk.customers.contains_key(&customer_id("CST-1")));
    let caller = &desk.customers[&customer_id("New")];
    assert_eq!(caller.verified_email, Some(address("New").key()));
    assert_eq!(name_of(caller), ("Nom", "de New"));
    assert_eq!(desk.ticket("TICKET-A1").customer, customer_id("New"));
}

#[test]
fn a_known_caller_takes_in_the_typed_in_customer_of_their_new_address() {
    let mut desk = Desk::new();
    desk.add_customer(typed_in("CST-1", "New"));
    desk.add(ticket_of("CST-1"));
    let moved = Actor {
        email: Some(address("New")),
        ..actor("C1", Role::Customer)
    };
    welcomed(&mut desk, &moved).unwrap();
    assert!(!desk.customers.contains_key(&customer_id("CST-1")));
    let caller = &desk.customers[&customer_id("C1")];
    assert_eq!(caller.verified_email, Some(address("New").key()));
    assert_eq!(desk.ticket("TICKET-A1").customer, customer_id("C1"));
}

#[test]
fn somebody_elses_proven_address_is_kept_to_write_to_and_proves_nothing() {
    let mut desk = Desk::new();
    let same_address = Actor {
        email: Some(address("C1")),
        ..actor("New", Role::Customer)
    };
    welcomed(&mut desk, &same_address).unwrap();
    let entered = &desk.customers[&customer_id("New")];
    assert_eq!(entered.email, Some(address("C1")));
    assert_eq!(entered.verified_email, None);
    let holder = &desk.customers[&customer_id("C1")];
    assert_eq!(holder.verified_email, Some(address("C1").key()));
}

#[test]
fn a_known_caller_without_an_address_changes_nothing() {
    let mut desk = Desk::new();
    let before = desk.customers.clone();
    welcomed(&mut desk, &without_address("C1")).unwrap();
    assert_eq!(desk.customers, before);
}

#[test]
fn a_name_the_token_does_not_give_is_not_made_up_and_replaces_none() {
    let mut desk = Desk::new();
    welcomed(&mut desk, &without_address("New")).unwrap();
    assert_eq!(name_of(&desk.customers[&customer_id("New")]), ("", ""));
    let with_address = |id| Actor {
        name: None,
        ..actor(id, Role::Customer)
    };
    welcomed(&mut desk, &with_address("New2")).unwrap();
    assert_eq!(name_of(&desk.customers[&customer_id("New2")]), ("", ""));
    welcomed(&mut desk, &with_address("C1")).unwrap();
    let known = &desk.customers[&customer_id("C1")];
    assert_eq!(name_of(known), ("Jean", "Famille C1"));
}

#[test]
fn a_token_whose_name_is_made_of_the_address_names_nobody() {
    for name in ["new", "new@example.com"] {
        let mut desk = Desk::new();
        for role in [Role::Customer, Role::Staff] {
            let named = Actor {
                name: Some(name.to_owned()),
                ..actor("New", role)
            };
            welcomed(&mut desk, &named).unwrap();
        }
        assert_eq!(name_of(&desk.customers[&customer_id("New")]), ("", ""));
        assert_eq!(desk.staff[&staff_id("New")].name, None);
    }
}

#[test]
fn what_a_stranger_typed_under_an_address_goes_when_it_is_proven() {
    for (name, known_as) in [(Some("Anne Petit"), ("Anne", "Petit")), (None, ("", ""))] {
        let mut desk = Desk::new();
        desk.add_customer(typed_in("CST-1", "New"));
        let owner = Actor {
            name: name.map(str::to_owned),
            ..actor("New", Role::Customer)
        };
        // Coming again brings nothing of it back.
        for _ in 0..2 {
            welcomed(&mut desk, &owner).unwrap();
            let record = &desk.customers[&customer_id("New")];
            assert_eq!((name_of(record), &record.phone), (known_as, &None));
        }
    }
}

#[test]
fn what_the_shop_entered_of_somebody_stays_when_they_prove_their_address() {
    let mut desk = Desk::new();
    desk.add_customer(Customer {
        typed: false,
        ..typed_in("New", "New")
    });
    let owner = Actor {
        name: None,
        ..actor("New", Role::Customer)
    };
    welcomed(&mut desk, &owner).unwrap();
    let record = &desk.customers[&customer_id("New")];
    assert_eq!(name_of(record), ("", "Tapé"));
    assert!(record.phone.is_some() && record.verified_email.is_some());
}

#[test]
fn a_name_is_cut_to_what_is_kept() {
    let mut desk = Desk::new();
    let long = Actor {
        name: Some("é".repeat(130)),
        ..without_address("New")
    };
    welcomed(&mut desk, &long).unwrap();
    let name = &desk.customers[&customer_id("New")].name;
    assert_eq!(name.chars().count(), 120);
}

#[test]
fn a_caller_entered_by_another_request_at_the_same_moment_is_looked_for_again() {
    let mut desk = Desk::new();
    desk.lost_races = 1;
    welcomed(&mut desk, &actor("New", Role::Customer)).unwrap();
    let key = |mail: &EmailAddress| mail.key();
    let entered = &desk.customers[&customer_id("New")];
    assert_eq!(entered.verified_email, entered.email.as_ref().map(key));
    desk.lost_races = 2;
    let lost = welcomed(&mut desk, &actor("New2", Role::Customer));
    assert!(matches!(lost, Err(StoreError::Collision)));
}

#[test]
fn staff_are_entered_as_staff_and_their_address_is_nobodys_proof() {
    let mut desk = Desk::new();
    welcomed(&mut desk, &actor("S9", Role::Staff)).unwrap();
    let entered = &desk.staff[&staff_id("S9")];
    assert_eq!(entered.name.as_deref(), Some("Nom de S9"));
    assert_eq!(entered.email, Some(address("S9")));
    assert_eq!(desk.customers.len(), 2);
    let unnamed = Actor {
        name: None,
        email: None,
        ..actor("S9", Role::Staff)
    };
    welcomed(&mut desk, &unnamed).unwrap();
    let again = &desk.staff[&staff_id("S9")];
    assert_eq!(
        (again.name.as_deref(), &again.email),
        (Some("Nom de S9"), &Some(address("S9")))
    );
}
