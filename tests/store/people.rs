//! Customers, staff, and who turns out to be whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use guichet::auth::Arrivals;
use guichet::process::clock::SystemClock;
use shared_kernel::{Actor, Role};
use support_domain::{Order, OrderNumber, people};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::desk::{Desk, customer, email, now, staff_id, ticket, user};

const MAIL: &str = "jean@example.com";

fn actor(id: &str, mail: Option<&str>, name: Option<&str>) -> Actor {
    Actor {
        id: user(id),
        role: Role::Customer,
        email: mail.map(email),
        name: name.map(str::to_owned),
    }
}

/// Enters a customer through the form, with a ticket and an order of theirs.
async fn typed_in(desk: &Desk, id: &str, mail: &str) {
    let typed = customer(id, mail);
    let mut tx = desk.begin().await;
    let found = tx
        .find_or_create_customer(&typed, &email(mail).key(), now())
        .await
        .unwrap();
    assert!(found.is_new);
    let ticket = ticket(&format!("TICKET-OF-{id}"), &typed, now());
    assert!(tx.insert_ticket(&ticket).await.unwrap());
    tx.commit().await.unwrap();
    let order = Order {
        id: shared_kernel::OrderId::parse(format!("ord-{id}")).unwrap(),
        customer: typed.id,
        reference: "ORD-2024-12345".to_owned(),
        total_ttc: "12.50".to_owned(),
    };
    desk.store.add_order(&order, now()).await.unwrap();
}

async fn welcome(desk: &Desk, actor: &Actor) {
    let mut tx = desk.begin().await;
    people::welcome(&mut *tx, actor, now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Every customer: id → (key of the address held, proven, tickets, orders).
async fn customers(desk: &Desk) -> BTreeMap<String, (Option<String>, bool, i64, i64)> {
    let rows = desk
        .database
        .client()
        .await
        .query(
            "SELECT cst_id, cst_mail_key, cst_verified_key IS NOT NULL, \
             (SELECT count(*) FROM ___xtr_msg WHERE msg_cst_id = cst_id), \
             (SELECT count(*) FROM ___xtr_order WHERE ord_cst_id = cst_id) FROM ___xtr_customer",
            &[],
        )
        .await
        .unwrap();
    rows.iter()
        .map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3), row.get(4))))
        .collect()
}

fn held() -> Option<String> {
    Some(MAIL.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_contacts_at_once_make_one_customer() {
    const AT_ONCE: usize = 50;
    let desk = Arc::new(Desk::with_pool(AT_ONCE).await);
    let start = Arc::new(Barrier::new(AT_ONCE));
    let mut contacts = JoinSet::new();
    for n in 0..AT_ONCE {
        let (desk, start) = (Arc::clone(&desk), Arc::clone(&start));
        contacts.spawn(async move {
            // Mixed case, and a different id each: the address alone decides.
            let mail = if n % 2 == 0 { "Jean@Example.com" } else { MAIL };
            let candidate = customer(&format!("cst-{n}"), mail);
            let mut tx = desk.begin().await;
            start.wait().await;
            let found = tx
                .find_or_create_customer(&candidate, &email(mail).key(), now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
            (found.customer.id, found.is_new)
        });
    }
    let mut all = Vec::new();
    while let Some(found) = contacts.join_next().await {
        all.push(found.unwrap());
    }
    assert!(all.iter().all(|(id, _)| *id == all[0].0));
    assert_eq!(all.iter().filter(|(_, is_new)| *is_new).count(), 1);
    assert_eq!(customers(&desk).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_contact_waits_for_one_that_is_rolled_back_and_takes_its_place() {
    let desk = Arc::new(Desk::new().await);
    let key = email(MAIL).key();
    let mut first = desk.begin().await;
    first
        .find_or_create_customer(&customer("cst-1", MAIL), &key, now())
        .await
        .unwrap();
    let second = tokio::spawn({
        let (desk, key) = (Arc::clone(&desk), key.clone());
        async move {
            let mut tx = desk.begin().await;
            let found = tx
                .find_or_create_customer(&customer("cst-2", MAIL), &key, now())
                .await;
            tx.commit().await.unwrap();
            found.unwrap()
        }
    });
    desk.somebody_waits().await;
    first.rollback().await;
    let found = second.await.unwrap();
    assert_eq!((found.customer.id.as_str(), found.is_new), ("cst-2", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_caller_whose_address_is_free_is_entered_with_it() {
    let desk = Desk::new().await;
    welcome(
        &desk,
        &actor("auth0|1", Some("Jean@Example.com"), Some("Jean Dupont")),
    )
    .await;
    welcome(&desk, &actor("auth0|2", None, None)).await;
    assert_eq!(
        customers(&desk).await,
        BTreeMap::from([
            ("auth0|1".to_owned(), (held(), true, 0, 0)),
            ("auth0|2".to_owned(), (None, false, 0, 0)),
        ])
    );
    let mut tx = desk.begin().await;
    let id = user("auth0|1").as_customer();
    let entered = tx.customer(&id).await.unwrap().unwrap();
    assert_eq!(entered.display_name().as_deref(), Some("Jean Dupont"));
    tx.rollback().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_caller_becomes_the_typed_in_customer_of_their_address() {
    let desk = Desk::new().await;
    typed_in(&desk, "cst-typed", MAIL).await;
    welcome(&desk, &actor("auth0|1", Some(MAIL), None)).await;
    let renamed = BTreeMap::from([("auth0|1".to_owned(), (held(), true, 1, 1))]);
    assert_eq!(customers(&desk).await, renamed);
    // Coming again changes nothing.
    welcome(&desk, &actor("auth0|1", Some(MAIL), None)).await;
    assert_eq!(customers(&desk).await, renamed);
}

/// What of a customer's record is not the address: first name, family name, telephone.
async fn record(desk: &Desk, id: &str) -> (String, String, Option<String>) {
    let sql = "SELECT cst_fname, cst_name, cst_phone FROM ___xtr_customer WHERE cst_id = $1";
    let row = desk.database.client().await;
    let row = row.query_one(sql, &[&id]).await.unwrap();
    (row.get(0), row.get(1), row.get(2))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_release_before_took_from_the_form_goes_and_what_the_shop_entered_stays() {
    let desk = Desk::new().await;
    let sql = "INSERT INTO ___xtr_customer (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key, cst_phone) VALUES \
        ('CST-01', 'Malin', 'Mallory', 'jean@example.com', 'jean@example.com', '0699999999'), \
        ('auth0|2', 'Roux', 'Paul', 'paul@example.com', 'paul@example.com', '0612345678')";
    let client = desk.database.client().await;
    client.execute(sql, &[]).await.unwrap();
    welcome(&desk, &actor("auth0|1", Some(MAIL), None)).await;
    welcome(&desk, &actor("auth0|2", Some("paul@example.com"), None)).await;
    let nothing = (String::new(), String::new(), None);
    assert_eq!(record(&desk, "auth0|1").await, nothing);
    let shops = ("Paul".into(), "Roux".into(), Some("0612345678".into()));
    assert_eq!(record(&desk, "auth0|2").await, shops);
    // A telephone that the shop enters later is not a stranger's.
    let enters = "UPDATE ___xtr_customer SET cst_phone = '0611111111' WHERE cst_id = 'auth0|1'";
    client.execute(enters, &[]).await.unwrap();
    welcome(&desk, &actor("auth0|1", Some(MAIL), Some("Jean Dupont"))).await;
    let known = ("Jean".into(), "Dupont".into(), Some("0611111111".into()));
    assert_eq!(record(&desk, "auth0|1").await, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_before_with_a_domain_in_letters_become_those_of_today() {
    let desk = Desk::new().await;
    let domains = [
        "exämple.fr",
        "sub.bücher.example.fr",
        "müller-straße.de",
        "例え.テスト",
        "пример.рф",
        "ελλάδα.gr",
        "𐌰𐌱c.example.fr",
        "plain.fr",
    ];
    let mut expected = Vec::new();
    for (n, domain) in domains.iter().enumerate() {
        let mail = format!("rené{n}@{domain}");
        typed_in(&desk, &format!("cst-{n}"), &mail).await;
        expected.push(email(&mail).key().as_str().to_owned());
    }
    // One mailbox, entered twice by the release before.
    typed_in(&desk, "cst-ascii", "jean@xn--exmple-cua.fr").await;
    typed_in(&desk, "cst-letters", "jean@anders.fr").await;
    let client = desk.database.client().await;
    let as_before = "UPDATE ___xtr_customer SET cst_mail = 'jean@exämple.fr' WHERE cst_id = 'cst-letters'; \
        UPDATE ___xtr_customer SET cst_mail_key = cst_mail, cst_verified_key = cst_mail WHERE cst_id <> 'cst-ascii'; \
        UPDATE ___xtr_msg m SET msg_contact_key = c.cst_mail FROM ___xtr_customer c WHERE c.cst_id = m.msg_cst_id";
    client.batch_execute(as_before).await.unwrap();
    let up = include_str!("../../migrations/2026-12-01-000020_domains_in_ascii/up.sql");
    // Whoever starts again changes nothing.
    for _ in 0..2 {
        client.batch_execute(up).await.unwrap();
        let sql = "SELECT cst_mail_key, cst_verified_key, msg_contact_key FROM ___xtr_customer \
            JOIN ___xtr_msg ON msg_cst_id = cst_id WHERE cst_mail LIKE 'rené%' ORDER BY cst_id";
        for (row, key) in client.query(sql, &[]).await.unwrap().iter().zip(&expected) {
            for column in 0..3 {
                assert_eq!(row.get::<_, &str>(column), key);
            }
        }
        let who = customers(&desk).await;
        let jeans = "jean@xn--exmple-cua.fr".to_owned();
        assert_eq!(who["cst-letters"], (Some(jeans), true, 1, 1));
        assert_eq!(who["cst-ascii"], (None, false, 1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_caller_absorbs_the_typed_in_customer_of_their_address() {
    let desk = Desk::new().await;
    welcome(&desk, &actor("auth0|1", None, None)).await;
    typed_in(&desk, "cst-typed", MAIL).await;
    welcome(&desk, &actor("auth0|1", Some(MAIL), Some("Jean Dupont"))).await;
    assert_eq!(
        customers(&desk).await,
        BTreeMap::from([("auth0|1".to_owned(), (held(), true, 1, 1))])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proven_address_stays_with_whoever_proved_it_first() {
    let desk = Desk::new().await;
    typed_in(&desk, "cst-typed", MAIL).await;
    welcome(&desk, &actor("auth0|1", Some(MAIL), None)).await;
    // A new caller, and a known one.
    welcome(&desk, &actor("auth0|2", Some(MAIL), None)).await;
    welcome(&desk, &actor("auth0|2", Some(MAIL), None)).await;
    assert_eq!(
        customers(&desk).await,
        BTreeMap::from([
            ("auth0|1".to_owned(), (held(), true, 1, 1)),
            ("auth0|2".to_owned(), (None, false, 0, 0)),
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_moves_to_another_address_takes_it_along() {
    let desk = Desk::new().await;
    welcome(&desk, &actor("auth0|1", Some("old@example.com"), None)).await;
    typed_in(&desk, "cst-typed", MAIL).await;
    welcome(&desk, &actor("auth0|1", Some(MAIL), None)).await;
    assert_eq!(
        customers(&desk).await,
        BTreeMap::from([("auth0|1".to_owned(), (held(), true, 1, 1))])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_another_system_wrote_by_its_own_rule_keeps_nobody_from_signing_in() {
    let desk = Desk::new().await;
    typed_in(&desk, "cst-typed", MAIL).await;
    let sql = "UPDATE ___xtr_customer SET cst_id = 'C 12' WHERE cst_id = 'cst-typed'";
    desk.database
        .client()
        .await
        .execute(sql, &[])
        .await
        .unwrap();
    welcome(&desk, &actor("auth0|1", Some(MAIL), None)).await;
    assert_eq!(
        customers(&desk).await,
        BTreeMap::from([("auth0|1".to_owned(), (held(), true, 1, 1))])
    );
}

/// Lets a customer come in person while the form is just entering their address.
async fn comes_while_the_form_enters_the_address(desk: Arc<Desk>, who: Actor) {
    let mut form = desk.begin().await;
    let typed = customer("cst-typed", MAIL);
    form.find_or_create_customer(&typed, &email(MAIL).key(), now())
        .await
        .unwrap();
    let arrivals = Arrivals::new(desk.executor(), Arc::new(SystemClock));
    let arriving = tokio::spawn(async move { arrivals.welcome(&who).await });
    desk.somebody_waits().await;
    form.commit().await.unwrap();
    arriving.await.unwrap().unwrap();
    assert_eq!(
        customers(&desk).await,
        BTreeMap::from([("auth0|1".to_owned(), (held(), true, 0, 0))])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_caller_is_entered_even_when_the_form_wins_the_race_for_their_address() {
    let desk = Arc::new(Desk::new().await);
    comes_while_the_form_enters_the_address(desk, actor("auth0|1", Some(MAIL), None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_caller_proves_an_address_even_when_the_form_wins_the_race_for_it() {
    let desk = Arc::new(Desk::new().await);
    welcome(&desk, &actor("auth0|1", None, None)).await;
    comes_while_the_form_enters_the_address(desk, actor("auth0|1", Some(MAIL), None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_first_requests_of_one_caller_at_once_enter_them_once() {
    const AT_ONCE: usize = 20;
    let desk = Arc::new(Desk::with_pool(AT_ONCE).await);
    typed_in(&desk, "cst-typed", MAIL).await;
    let start = Arc::new(Barrier::new(AT_ONCE));
    let mut arrivals = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (desk, start) = (Arc::clone(&desk), Arc::clone(&start));
        arrivals.spawn(async move {
            let mut tx = desk.begin().await;
            start.wait().await;
            let caller = actor("auth0|1", Some(MAIL), None);
            let welcomed = people::welcome(&mut *tx, &caller, now()).await;
            if welcomed.is_ok() {
                tx.commit().await.unwrap();
            }
            welcomed
        });
    }
    while let Some(welcomed) = arrivals.join_next().await {
        welcomed.unwrap().unwrap();
    }
    assert_eq!(
        customers(&desk).await,
        BTreeMap::from([("auth0|1".to_owned(), (held(), true, 1, 1))])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_entered_on_first_use_and_keep_what_a_later_token_leaves_out() {
    let desk = Desk::new().await;
    let mut claire = actor(
        "staff-claire",
        Some("claire@shop.example"),
        Some("Claire Martin"),
    );
    claire.role = Role::Staff;
    welcome(&desk, &claire).await;
    claire.name = None;
    claire.email = None;
    welcome(&desk, &claire).await;
    let mut tx = desk.begin().await;
    let staff = tx.staff(&staff_id("staff-claire")).await.unwrap().unwrap();
    assert_eq!(staff.name.as_deref(), Some("Claire Martin"));
    assert_eq!(staff.email, Some(email("claire@shop.example")));
    assert!(tx.staff(&staff_id("staff-nobody")).await.unwrap().is_none());
    tx.rollback().await;
    assert!(customers(&desk).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_known_by_its_letters_and_digits_however_they_are_typed() {
    let desk = Desk::new().await;
    typed_in(&desk, "cst-1", MAIL).await;
    let owner = customer("cst-1", MAIL).id;
    let stranger = customer("cst-2", "x@example.com").id;
    let mut tx = desk.begin().await;
    for typed in [
        "ORD-2024-12345",
        "ord 2024 12345",
        "ORD202412345",
        "Ord.2024/12345",
    ] {
        let number = OrderNumber::parse(typed).unwrap();
        let order = tx.order_of(&owner, &number).await.unwrap();
        assert_eq!(order.unwrap().as_str(), "ord-cst-1", "{typed}");
        assert!(tx.order_of(&stranger, &number).await.unwrap().is_none());
    }
    for other in ["ORD-2024-1234", "2024-12345", "--"] {
        let number = OrderNumber::parse(other).unwrap();
        assert!(
            tx.order_of(&owner, &number).await.unwrap().is_none(),
            "{other}"
        );
    }
    tx.rollback().await;
}
