//! A transaction that ends without a commit leaves nothing behind, at once.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::desk::{Desk, consequences, customer, now, ticket};

/// By itself, and not because PostgreSQL ends what is idle in a transaction, after ten seconds.
const AT_ONCE: Duration = Duration::from_secs(8);

/// A transaction that holds a ticket's lock and has written an event.
async fn unsaved(desk: &Desk) -> Box<dyn guichet::work::DeskTx> {
    let owner = customer("cst-1", "a@example.com");
    desk.enter(&owner).await;
    let mut tx = desk.begin().await;
    let ticket = ticket("TICKET-AAAA0000", &owner, now());
    tx.insert_ticket(&ticket).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = desk.begin().await;
    let locked = tx.lock_ticket(&ticket.id).await.unwrap().unwrap();
    tx.write(consequences(&json!({ "streams": ["staff-0"] })));
    assert_eq!(locked.ticket.id, ticket.id);
    assert_eq!(
        desk.open_transactions().await,
        1,
        "the test sees the lock's session"
    );
    tx
}

async fn nothing_is_left(desk: &Desk) {
    let cleared = timeout(AT_ONCE, async {
        while desk.open_transactions().await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    cleared
        .await
        .expect("no session keeps its transaction open");
    let mut tx = desk.begin().await;
    let id = ticket(
        "TICKET-AAAA0000",
        &customer("cst-1", "a@example.com"),
        now(),
    )
    .id;
    let locked = timeout(AT_ONCE, tx.lock_ticket(&id)).await;
    assert!(locked.expect("the lock is free").unwrap().is_some());
    tx.rollback().await;
    assert_eq!(desk.number("SELECT count(*) FROM event").await, 0);
    assert_eq!(desk.heard.events(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_leaves_no_lock_and_no_open_session() {
    let desk = Desk::new().await;
    drop(unsaved(&desk).await);
    nothing_is_left(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolled_back_transaction_leaves_no_lock_and_no_open_session() {
    let desk = Desk::new().await;
    unsaved(&desk).await.rollback().await;
    nothing_is_left(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_cancelled_in_the_middle_of_a_statement_leaves_nothing() {
    let desk = Desk::new().await;
    let holder = unsaved(&desk).await;
    // These wait for the lock, and are dropped while they do.
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        let mut tx = desk.begin().await;
        waiting.spawn(async move {
            let owner = customer("cst-1", "a@example.com");
            let id = ticket("TICKET-AAAA0000", &owner, now()).id;
            drop(tx.lock_ticket(&id).await);
        });
    }
    desk.wait_for_waiting(8).await;
    waiting.shutdown().await;
    drop(holder);
    nothing_is_left(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_transactions_were_all_dropped_still_has_all_its_connections() {
    let desk = Desk::with_pool(4).await;
    for _ in 0..40 {
        drop(desk.begin().await);
    }
    let mut held = Vec::new();
    for _ in 0..4 {
        // Fails when none comes free.
        held.push(desk.begin().await);
    }
}

/// The word to commit travels behind the statements; none of them may be overtaken, whatever the
/// connection has done before and however much the task has done in one go.
#[tokio::test(flavor = "multi_thread")]
async fn all_that_waits_for_a_commit_is_written_in_its_transaction() {
    const COMMITS: i64 = 140;
    let desk = Desk::new().await;
    for n in 1..=COMMITS {
        let plan = json!({ "streams": ["staff-0"], "jobs": [[format!("job-{n}"), "lane"]] });
        let mut tx = desk.begin().await;
        tx.write(consequences(&plan));
        // The scheduler lets a task do 128 things before it must give way.
        for _ in 0..n {
            tokio::task::coop::consume_budget().await;
        }
        tx.commit().await.unwrap();
    }
    let together = "SELECT count(*) FROM event JOIN job ON job.key = 'job-' || event.seq \
                    WHERE event.xmin = job.xmin";
    assert_eq!(desk.number(together).await, COMMITS);
}
