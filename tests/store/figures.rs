//! Figures are exact at every read, whatever is folded when, and agree with a recount.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use analytics_domain::FigureQueries as _;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use shared_kernel::{Actor, Role};
use support_domain::ticket::Side;
use support_domain::{Category, Priority, Rating, Satisfaction, StatusGroup, Ticket};
use tokio::task::JoinSet;

use crate::desk::{
    Desk, Dice, consequences, customer, email, now, seconds, staff_id, ticket, user,
};

pub const AGENTS: [&str; 3] = ["staff-a", "staff-b", "staff-c"];
pub const CUSTOMERS: [&str; 4] = ["cst-1", "cst-2", "cst-3", "cst-4"];

fn mail_of(id: &str) -> String {
    format!("{id}@example.com")
}

/// Staff and customers for the tickets below.
pub async fn enter_people(desk: &Desk) {
    let mut tx = desk.begin().await;
    for id in AGENTS {
        let actor = Actor {
            id: user(id),
            role: Role::Staff,
            email: None,
            name: None,
        };
        support_domain::people::welcome(&mut *tx, &actor, now())
            .await
            .unwrap();
    }
    for id in CUSTOMERS {
        let mail = mail_of(id);
        tx.find_or_create_customer(&customer(id, &mail), &email(&mail).key(), now())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// A ticket with a random past: created, then changed up to six times.
pub async fn live_through(desk: &Desk, dice: &mut Dice, id: &str) {
    let owner = dice.pick(&CUSTOMERS);
    let mut at = now() - TimeDelta::days(9) + seconds(dice.roll(700_000).try_into().unwrap());
    let mut ticket = ticket(id, &customer(owner, &mail_of(owner)), at);
    ticket.priority = dice.pick(&Priority::ALL);
    ticket.category = dice.pick(&Category::ALL);
    let mut tx = desk.begin().await;
    assert!(tx.insert_ticket(&ticket).await.unwrap());
    tx.write(consequences(&json!({ "streams": ["staff-0"] })));
    tx.commit().await.unwrap();
    for _ in 0..dice.roll(7) {
        at += seconds(dice.roll(9_000).try_into().unwrap());
        ticket = change(desk, dice, &ticket, at).await;
    }
}

async fn change(desk: &Desk, dice: &mut Dice, before: &Ticket, at: DateTime<Utc>) -> Ticket {
    let mut tx = desk.begin().await;
    let before = tx.lock_ticket(&before.id).await.unwrap().unwrap().ticket;
    let mut after = before.clone();
    match dice.roll(7) {
        0 => drop(after.assign(Some(staff_id(dice.pick(&AGENTS))), at)),
        1 => drop(after.assign(None, at)),
        2 => after.support_answered(at),
        3 => after.customer_answered(at),
        4 => drop(after.request_status(StatusGroup::Closed, Side::Support, at)),
        5 => after.escalate(at),
        _ => {
            let given = Satisfaction {
                rating: Rating::new(i64::try_from(dice.roll(5) + 1).unwrap()).unwrap(),
                feedback: None,
                rated_at: at,
            };
            after.rate(given, at);
        }
    }
    after.version += 1;
    tx.update_ticket(&before, &after).await.unwrap();
    // Some are undone: their deltas must go with them.
    if dice.roll(8) == 0 {
        tx.rollback().await;
        return before;
    }
    tx.commit().await.unwrap();
    after
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_exact_at_every_read_while_writers_write_and_folders_fold() {
    let desk = Arc::new(Desk::with_pool(24).await);
    enter_people(&desk).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for writer in 0..6 {
        let desk = Arc::clone(&desk);
        writers.spawn(async move {
            let mut dice = Dice::new(writer);
            for n in 0..40 {
                live_through(&desk, &mut dice, &format!("TICKET-{writer}-{n}")).await;
            }
        });
    }
    let mut beside = JoinSet::new();
    for _ in 0..2 {
        let (desk, done) = (Arc::clone(&desk), Arc::clone(&done));
        beside.spawn(async move {
            let mut folds = 0;
            while !done.load(Ordering::SeqCst) {
                folds += usize::from(desk.store.fold_figures(37).await.unwrap());
            }
            folds
        });
    }
    beside.spawn({
        let (desk, done) = (Arc::clone(&desk), Arc::clone(&done));
        async move {
            let mut reads = 0;
            while !done.load(Ordering::SeqCst) {
                // Tickets are never deleted, so the true count lies between two counts around the read.
                let count = "SELECT count(*) FROM ___xtr_msg WHERE msg_kind = 'ticket'";
                let before = desk.number(count).await;
                let totals = desk.store.ticket_totals(now()).await.unwrap();
                let after = desk.number(count).await;
                assert!(
                    (before..=after).contains(&totals.all()),
                    "{before} {} {after}",
                    totals.all()
                );
                let by_priority: i64 = totals.by_priority.values().sum();
                let by_category: i64 = totals.by_category.values().sum();
                assert_eq!((by_priority, by_category), (totals.all(), totals.all()));
                assert!(
                    totals.by_status.values().all(|count| *count >= 0),
                    "{totals:?}"
                );
                let wrong = desk.store.figure_differences().await.unwrap();
                assert_eq!(wrong, Vec::<String>::new());
                reads += 1;
            }
            reads
        }
    });
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    while let Some(rounds) = beside.join_next().await {
        assert!(rounds.unwrap() > 0);
    }
    assert_eq!(desk.store.ticket_totals(now()).await.unwrap().all(), 240);
}

#[tokio::test(flavor = "multi_thread")]
async fn folding_and_rebuilding_change_nothing_a_reader_sees() {
    let desk = Desk::new().await;
    enter_people(&desk).await;
    let mut dice = Dice::new(99);
    for n in 0..60 {
        live_through(&desk, &mut dice, &format!("TICKET-{n}")).await;
    }
    let unfolded = desk.store.ticket_totals(now()).await.unwrap();
    while desk
        .number("SELECT count(*) FROM ticket_figure_delta")
        .await
        > 0
    {
        assert!(desk.store.fold_figures(50).await.unwrap());
        assert_eq!(desk.store.ticket_totals(now()).await.unwrap(), unfolded);
    }
    assert_eq!(
        desk.store.figure_differences().await.unwrap(),
        Vec::<String>::new()
    );
    desk.store.rebuild_figures().await.unwrap();
    assert_eq!(desk.store.ticket_totals(now()).await.unwrap(), unfolded);
    assert_eq!(
        desk.store.figure_differences().await.unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_that_is_wrong_is_found() {
    let desk = Desk::new().await;
    enter_people(&desk).await;
    live_through(&desk, &mut Dice::new(1), "TICKET-1").await;
    let client = desk.database.client().await;
    client
        .batch_execute("UPDATE ticket_figure_delta SET count = count + 1")
        .await
        .unwrap();
    assert!(!desk.store.figure_differences().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_put_into_the_table_by_hand_are_told_by_the_comparison_until_all_is_counted_anew() {
    let desk = Desk::new().await;
    enter_people(&desk).await;
    live_through(&desk, &mut Dice::new(7), "TICKET-BYUS0001").await;
    assert_eq!(
        desk.store.figure_differences().await.unwrap(),
        Vec::<String>::new()
    );
    let client = desk.database.client().await;
    let by_hand = "INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_subject, msg_content, msg_date, msg_author_id, msg_author_kind, msg_contact_key, msg_status, msg_priority, msg_category, msg_open, msg_close, created_at, updated_at) \
        SELECT 'TICKET-BYHAND01', msg_kind, msg_cst_id, msg_subject, msg_content, msg_date, msg_author_id, msg_author_kind, msg_contact_key, msg_status, msg_priority, msg_category, msg_open, msg_close, created_at, updated_at \
        FROM ___xtr_msg WHERE msg_id = 'TICKET-BYUS0001'";
    client.execute(by_hand, &[]).await.unwrap();
    let told = desk.store.figure_differences().await.unwrap();
    assert!(
        told.iter()
            .any(|line| line.contains(" tickets ") && line.contains("counted")),
        "{told:?}"
    );
    desk.store.rebuild_figures().await.unwrap();
    assert_eq!(
        desk.store.figure_differences().await.unwrap(),
        Vec::<String>::new()
    );
}
