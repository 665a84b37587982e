use shared_kernel::{PhoneNumber, Role};

use crate::customer::FullName;
use crate::error::{Named, Reserved, SupportError};
use crate::testing::{Desk, actor, address, customer_id, refused, said, staff_id, welcomed};
use crate::use_cases::{EnterCustomer, EnterStaff, enter_customer, enter_staff};

fn colleague(id: &str) -> EnterStaff {
    EnterStaff {
        id: staff_id(id),
        name: FullName::parse("Karim Haddad").unwrap(),
        email: Some(address(id)),
    }
}

fn somebody(id: Option<&str>, mail: Option<&str>) -> EnterCustomer {
    EnterCustomer {
        id: id.map(customer_id),
        name: FullName::parse("Anne Petit").unwrap(),
        email: mail.map(address),
        phone: Some(PhoneNumber::parse("0612345678").unwrap()),
    }
}

#[test]
fn an_admin_enters_a_colleague_once() {
    let mut desk = Desk::new();
    let by = actor("A1", Role::Admin);
    let (entered, told) = said(&mut desk, async |tx, with| {
        enter_staff(tx, with, &by, colleague("S9")).await
    });
    assert_eq!(entered.unwrap().name.as_deref(), Some("Karim Haddad"));
    assert_eq!(told, []);
    assert!(desk.staff.contains_key(&staff_id("S9")));
    let again = refused(&mut desk, async |tx, with| {
        enter_staff(tx, with, &by, colleague("S9")).await
    });
    assert!(matches!(again, SupportError::AlreadyThere(Named::Staff)));
}

#[test]
fn only_admins_enter_colleagues_and_only_staff_enter_customers() {
    for role in [Role::Customer, Role::Staff] {
        let by = actor("S1", role);
        let error = refused(&mut Desk::new(), async |tx, with| {
            enter_staff(tx, with, &by, colleague("S9")).await
        });
        assert!(matches!(
            error,
            SupportError::Forbidden(Reserved::EnteringStaff)
        ));
    }
    let by = actor("C1", Role::Customer);
    let error = refused(&mut Desk::new(), async |tx, with| {
        enter_customer(tx, with, &by, somebody(Some("C9"), None)).await
    });
    assert!(matches!(
        error,
        SupportError::Forbidden(Reserved::EnteringCustomers)
    ));
}

#[test]
fn whoever_is_of_support_is_not_entered_as_a_customer() {
    let mut desk = Desk::new();
    let by = actor("A1", Role::Admin);
    let (entered, _) = said(&mut desk, async |tx, with| {
        enter_staff(tx, with, &by, colleague("S9")).await
    });
    entered.unwrap();
    let error = refused(&mut desk, async |tx, with| {
        enter_customer(tx, with, &by, somebody(Some("S9"), None)).await
    });
    assert!(matches!(error, SupportError::AlreadyThere(Named::Staff)));
}

#[test]
fn whoever_is_a_customer_is_not_entered_as_a_colleague_and_who_is_both_stays_both() {
    let by = actor("A1", Role::Admin);
    let mut desk = Desk::new();
    let error = refused(&mut desk, async |tx, with| {
        enter_staff(tx, with, &by, colleague("C1")).await
    });
    assert!(matches!(error, SupportError::AlreadyThere(Named::Customer)));
    assert!(!desk.staff.contains_key(&staff_id("C1")));
    // Their token makes them a colleague.
    welcomed(&mut desk, &actor("C1", Role::Staff)).unwrap();
    assert!(desk.staff.contains_key(&staff_id("C1")));
    assert!(desk.customers.contains_key(&customer_id("C1")));
}

#[test]
fn a_customer_is_entered_under_their_id_else_under_one_of_their_address() {
    let by = actor("S1", Role::Staff);
    for (ask, id) in [
        (somebody(Some("C9"), Some("New")), "C9"),
        (somebody(Some("C9"), None), "C9"),
        (somebody(None, Some("New")), "CST-new@example.com"),
    ] {
        let mut desk = Desk::new();
        let (entered, _) = said(&mut desk, async |tx, with| {
            enter_customer(tx, with, &by, ask).await
        });
        let entered = entered.unwrap();
        assert_eq!(entered.id, customer_id(id));
        assert_eq!((&*entered.first_name, &*entered.name), ("Anne", "Petit"));
        assert_eq!((entered.verified_email, entered.typed), (None, false));
        assert!(desk.customers.contains_key(&entered.id));
    }
}

#[test]
fn whoever_is_there_is_not_entered_twice() {
    let by = actor("S1", Role::Staff);
    let enter = |ask: EnterCustomer| {
        refused(&mut Desk::new(), async |tx, with| {
            enter_customer(tx, with, &by, ask).await
        })
    };
    let error = enter(somebody(Some("C1"), None));
    assert!(matches!(error, SupportError::AlreadyThere(Named::Customer)));
    let error = enter(somebody(None, Some("C1")));
    assert!(matches!(error, SupportError::AddressTaken(id) if id == customer_id("C1")));
    assert!(matches!(enter(somebody(None, None)), SupportError::Nobody));
    let nameless = EnterCustomer {
        name: FullName::parse("new@example.com").unwrap(),
        ..somebody(None, Some("New"))
    };
    assert!(matches!(enter(nameless), SupportError::NoName));
}

#[test]
fn an_address_somebody_has_keeps_nobody_from_being_entered_under_an_id() {
    let mut desk = Desk::new();
    let by = actor("S1", Role::Staff);
    let (entered, _) = said(&mut desk, async |tx, with| {
        enter_customer(tx, with, &by, somebody(Some("C9"), Some("C1"))).await
    });
    assert_eq!(entered.unwrap().email, Some(address("C1")));
    // It is still C1's.
    welcomed(&mut desk, &actor("C1", Role::Customer)).unwrap();
    let holder = &desk.customers[&customer_id("C1")];
    assert_eq!(holder.verified_email, Some(address("C1").key()));
}
