use shared_kernel::{PhoneNumber, Role};

use crate::customer::{Customer, FullName};
use crate::error::{Named, SupportError};
use crate::testing::{Desk, actor, address, customer_id, refused, said, staff_id, welcomed};
use crate::use_cases::{
    EnterCustomer, EnterStaff, Imported, Person, Said, Wrong, import_people, taken_ids, wrong_with,
};

fn customer(id: Option<&str>, name: &str, mail: Option<&str>, phone: Option<&str>) -> Person {
    Person::Customer(EnterCustomer {
        id: id.map(customer_id),
        name: FullName::parse(name).unwrap(),
        email: mail.map(address),
        phone: phone.map(|phone| PhoneNumber::parse(phone).unwrap()),
    })
}

fn staff(id: &str, name: &str) -> Person {
    Person::Staff(EnterStaff {
        id: staff_id(id),
        name: FullName::parse(name).unwrap(),
        email: None,
    })
}

fn imported(desk: &mut Desk, people: Vec<Person>) -> (usize, usize, usize) {
    let (done, told) = said(desk, async |tx, with| import_people(tx, with, people).await);
    assert_eq!(told, []);
    let Imported {
        entered,
        changed,
        unchanged,
    } = done.unwrap();
    (entered, changed, unchanged)
}

#[test]
fn a_file_read_twice_changes_nothing_the_second_time() {
    let mut desk = Desk::new();
    let file = || {
        vec![
            staff("S9", "Karim Haddad"),
            customer(Some("C9"), "Anne Petit", Some("New"), Some("0612345678")),
            customer(None, "Paul Roux", Some("Other"), None),
        ]
    };
    assert_eq!(imported(&mut desk, file()), (3, 0, 0));
    assert_eq!(imported(&mut desk, file()), (0, 0, 3));
    let renamed = vec![staff("S9", "Karim Haddad-Roux")];
    assert_eq!(imported(&mut desk, renamed), (0, 1, 0));
}

#[test]
fn what_the_file_does_not_say_stays_as_it_is() {
    let mut desk = Desk::new();
    let all = customer(Some("C9"), "Anne Petit", Some("New"), Some("0612345678"));
    imported(&mut desk, vec![all]);
    let name_only = customer(Some("C9"), "Anne Roux", None, None);
    assert_eq!(imported(&mut desk, vec![name_only]), (0, 1, 0));
    let known = &desk.customers[&customer_id("C9")];
    assert_eq!(
        (&*known.name, &known.email),
        ("Roux", &Some(address("New")))
    );
    assert!(known.phone.is_some());
    imported(&mut desk, vec![staff("S1", "Sophie Bernard")]);
    assert_eq!(desk.staff[&staff_id("S1")].email, Some(address("S1")));
}

#[test]
fn a_proven_address_is_not_the_files_to_change() {
    let mut desk = Desk::new();
    let moved = customer(Some("C1"), "Jean Dupont", Some("New"), Some("0612345678"));
    assert_eq!(imported(&mut desk, vec![moved]), (0, 1, 0));
    let known = &desk.customers[&customer_id("C1")];
    assert_eq!(known.email, Some(address("C1")));
    assert_eq!(known.verified_email, Some(address("C1").key()));
    assert_eq!((&*known.name, known.phone.is_some()), ("Dupont", true));
}

#[test]
fn without_an_id_it_is_whoever_has_the_address_by_now() {
    let mut desk = Desk::new();
    let line = || {
        vec![customer(
            None,
            "Anne Petit",
            Some("New"),
            Some("0612345678"),
        )]
    };
    assert_eq!(imported(&mut desk, line()), (1, 0, 0));
    let owner = actor("auth0|9", Role::Customer);
    let owner = shared_kernel::Actor {
        email: Some(address("New")),
        name: None,
        ..owner
    };
    welcomed(&mut desk, &owner).unwrap();
    assert_eq!(imported(&mut desk, line()), (0, 0, 1));
    assert_eq!(desk.customers.len(), 3);
}

#[test]
fn a_stranger_who_typed_the_address_keeps_nobody_from_it() {
    let mut desk = Desk::new();
    desk.add_customer(Customer {
        id: customer_id("CST-1"),
        name: "Tapé".to_owned(),
        first_name: String::new(),
        email: Some(address("C9")),
        phone: None,
        verified_email: None,
        typed: true,
    });
    let line = customer(Some("C9"), "Anne Petit", Some("C9"), None);
    assert_eq!(imported(&mut desk, vec![line]), (1, 0, 0));
    welcomed(&mut desk, &actor("C9", Role::Customer)).unwrap();
    assert!(!desk.customers.contains_key(&customer_id("CST-1")));
    let known = &desk.customers[&customer_id("C9")];
    assert_eq!(known.verified_email, Some(address("C9").key()));
}

/// Everybody whose id the other kind has.
fn taken(desk: &mut Desk, people: &[Person]) -> Vec<(usize, Wrong)> {
    let (done, _) = said(desk, async |tx, _| taken_ids(tx, people).await);
    done.unwrap()
}

#[test]
fn an_id_of_the_other_kind_is_told_with_its_place_before_anybody_is_entered() {
    let mut desk = Desk::new();
    let people = [
        staff("S9", "Karim Haddad"),
        staff("C1", "Jean Dupont"),
        customer(Some("S1"), "Sophie Bernard", None, None),
        customer(Some("C9"), "Anne Petit", None, None),
    ];
    assert_eq!(
        taken(&mut desk, &people),
        [
            (1, Wrong::Taken(Named::Customer)),
            (2, Wrong::Taken(Named::Staff))
        ]
    );
    assert!(!desk.staff.contains_key(&staff_id("S9")));
    for (one, named) in [(1, Named::Customer), (2, Named::Staff)] {
        let error = refused(&mut desk, async |tx, with| {
            import_people(tx, with, vec![people[one].clone()]).await
        });
        assert!(matches!(error, SupportError::AlreadyThere(of) if of == named));
    }
}

#[test]
fn whom_a_token_made_both_since_can_be_read_again_as_what_they_were() {
    let mut desk = Desk::new();
    let file = || {
        vec![
            staff("S9", "Karim Haddad"),
            customer(Some("C9"), "Anne Petit", None, None),
        ]
    };
    assert_eq!(imported(&mut desk, file()), (2, 0, 0));
    welcomed(&mut desk, &actor("C9", Role::Staff)).unwrap();
    welcomed(&mut desk, &actor("S9", Role::Customer)).unwrap();
    assert_eq!(taken(&mut desk, &file()), []);
    let (entered, _, _) = imported(&mut desk, file());
    assert_eq!(entered, 0);
}

#[test]
fn the_same_person_twice_is_told_only_where_two_things_are_said() {
    let otherwise = |place, than, of| (place, Wrong::Otherwise { than, of });
    let jean = || customer(Some("42"), "Jean Dupont", Some("C9"), None);
    let says_more = customer(Some("42"), "Jean Dupont", None, Some("0612345678"));
    assert_eq!(wrong_with(&[jean(), says_more, jean()]), []);
    let of_two = [
        jean(),
        customer(Some("42"), "Jeanne Dupont", None, None),
        customer(Some("42"), "Jean Dupont", Some("New"), None),
        staff("42", "Jean Dupont"),
        customer(Some("43"), "Anne Petit", Some("C9"), None),
    ];
    assert_eq!(
        wrong_with(&of_two),
        [
            otherwise(1, 0, Said::Name),
            otherwise(2, 0, Said::Email),
            otherwise(3, 0, Said::Kind),
        ]
    );
    // Without an id it is whoever has the address, wherever they stand.
    let by_address = customer(None, "Anne Petit", Some("C9"), None);
    assert_eq!(
        wrong_with(&[by_address, jean()]),
        [otherwise(0, 1, Said::Name)]
    );
    let by_address = |phone| customer(None, "Anne Petit", Some("New"), Some(phone));
    assert_eq!(
        wrong_with(&[by_address("0612345678"), by_address("0612345679")]),
        [otherwise(1, 0, Said::Phone)]
    );
}

#[test]
fn a_name_that_is_an_address_is_told_with_its_place() {
    let people = [
        customer(Some("42"), "new@example.com", None, None),
        staff("S9", "Karim Haddad"),
    ];
    assert_eq!(wrong_with(&people), [(0, Wrong::NoName)]);
}
