//! What is taken on trust is found out by the commit: then nothing is written, and asking says why.

use std::sync::Arc;

use messages_domain::{Known, MessagesTx as _};
use serde_json::{Value, json};
use shared_kernel::{CustomerId, OrderId, StaffId, StoreError, UnitOfWork as _};
use store_pg::PgTx;

use crate::desk::{Desk, consequences, customer};
use crate::messages::{MESSAGES, message};

/// Everything a commit may write.
const TABLES: [&str; 5] = [
    "event",
    "event_stream",
    "job",
    "___xtr_msg",
    "ticket_figure_delta",
];

/// A desk that knows `cst-1`, the staff member `adm-1`, and `adm-2`, who left.
async fn desk() -> Desk {
    known(Desk::new().await).await
}

async fn known(desk: Desk) -> Desk {
    desk.enter(&customer("cst-1", "a@example.com")).await;
    let client = desk.database.client().await;
    client
        .batch_execute(
            "INSERT INTO ___config_admin (cnfa_id, cnfa_name, cnfa_activ) \
             VALUES ('adm-1', 'Claire', '1'), ('adm-2', 'Paul', '0')",
        )
        .await
        .unwrap();
    desk
}

/// One who names this customer, staff member and order.
type Names = (&'static str, Option<&'static str>, Option<&'static str>);

async fn ask(tx: &mut PgTx, (owner, staff, order): Names) -> Known {
    let owner = CustomerId::parse(owner).unwrap();
    let staff = staff.map(|id| StaffId::parse(id).unwrap());
    let order = order.map(|id| OrderId::parse(id).unwrap());
    tx.known(&owner, staff.as_ref(), order.as_ref())
        .await
        .unwrap()
}

/// Commits a message of `cst-1` in a trusting transaction that asked about `names`.
async fn commit(desk: &Desk, names: Names, plan: &Value) -> Result<(), StoreError> {
    let mut tx = Box::new(desk.store.open_trusting().await.unwrap());
    assert_eq!(ask(&mut tx, names).await, Known::ALL, "taken on trust");
    tx.insert_message(&message("MSG-1", "cst-1")).await.unwrap();
    tx.write(consequences(plan));
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_there_is_found_out_and_nothing_is_written() {
    let desk = desk().await;
    let with_events = json!({ "streams": ["staff-0"], "jobs": [["job", "lane"]] });
    let without = json!({ "jobs": [["job", "lane"]] });
    let unknown: [Names; 4] = [
        ("cst-nobody", None, None),
        ("cst-1", Some("adm-nobody"), None),
        ("cst-1", Some("adm-2"), None),
        ("cst-1", None, Some("ord-nothing")),
    ];
    for names in unknown {
        for plan in [&with_events, &without] {
            let refused = commit(&desk, names, plan).await.unwrap_err();
            assert!(matches!(refused, StoreError::Collision), "{refused}");
        }
        let mut careful = desk.store.open().await.unwrap();
        assert_ne!(ask(&mut careful, names).await, Known::ALL, "{names:?}");
    }
    for table in TABLES {
        let rows = desk.number(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(rows, 0, "{table}");
    }
    assert_eq!(desk.heard.events(), []);
    assert_eq!(desk.heard.jobs(), 0);
    assert_eq!(desk.open_transactions().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn naming_somebody_unknown_costs_no_session() {
    const YOUNGEST: &str = "SELECT (extract(epoch FROM max(backend_start)) * 1000000)::bigint \
        FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'guichet'";
    // One session only: another is opened when, and only when, this one was given up.
    let desk = known(Desk::with_pool(1).await).await;
    let with_events = json!({ "streams": ["staff-0"] });
    let without = json!({ "jobs": [["job", "lane"]] });
    let youngest = desk.number(YOUNGEST).await;
    for plan in [&with_events, &without, &with_events] {
        let refused = commit(&desk, ("cst-nobody", None, None), plan).await;
        assert!(refused.is_err());
    }
    commit(&desk, ("cst-1", None, None), &with_events)
        .await
        .unwrap();
    assert_eq!(desk.number(YOUNGEST).await, youngest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_being_changed_holds_up_no_stream_others_need() {
    let desk = Arc::new(desk().await);
    desk.enter(&customer("cst-2", "b@example.com")).await;
    let plan = json!({ "streams": ["staff-0"] });
    let mut changing = desk.database.client().await;
    let change = changing.transaction().await.unwrap();
    change
        .execute(
            "SELECT 1 FROM ___xtr_customer WHERE cst_id = 'cst-1' FOR UPDATE",
            &[],
        )
        .await
        .unwrap();
    let waiting = tokio::spawn({
        let (desk, plan) = (Arc::clone(&desk), plan.clone());
        async move { commit(&desk, ("cst-1", None, None), &plan).await }
    });
    desk.somebody_waits().await;
    let mut other = Box::new(desk.store.open_trusting().await.unwrap());
    ask(&mut other, ("cst-2", None, None)).await;
    other
        .insert_message(&message("MSG-2", "cst-2"))
        .await
        .unwrap();
    other.write(consequences(&plan));
    other.commit().await.unwrap();
    assert!(!waiting.is_finished(), "it still waits for its customer");
    change.commit().await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(desk.number(MESSAGES).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_are_there_everything_is_written() {
    let desk = desk().await;
    let plan = json!({ "streams": ["staff-0", "user-1"], "jobs": [["job", "lane"]] });
    commit(&desk, ("cst-1", Some("adm-1"), None), &plan)
        .await
        .unwrap();
    assert_eq!(desk.number(MESSAGES).await, 1);
    assert_eq!(desk.heard.events().len(), 2);
    assert_eq!(desk.heard.jobs(), 1);
    let together = "SELECT count(*) FROM ___xtr_msg m JOIN event e ON e.xmin = m.xmin";
    assert_eq!(desk.number(together).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_begins_asks_about_those_it_took_on_trust() {
    let desk = desk().await;
    let mut tx = desk.store.open_trusting().await.unwrap();
    ask(&mut tx, ("cst-1", Some("adm-2"), None)).await;
    let waits = message("MSG-1", "cst-1");
    tx.insert_message(&waits).await.unwrap();
    let refused = tx.lock_message(&waits.id).await.unwrap_err();
    assert!(matches!(refused, StoreError::Collision), "{refused}");
    Box::new(tx).rollback().await;
    assert_eq!(desk.number(MESSAGES).await, 0);
    assert_eq!(desk.open_transactions().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_named_are_taken_on_trust() {
    let desk = desk().await;
    let mut tx = desk.store.open_trusting().await.unwrap();
    assert_eq!(ask(&mut tx, ("cst-1", None, None)).await, Known::ALL);
    let second = ask(&mut tx, ("cst-nobody", None, None)).await;
    assert!(!second.customer, "asked, for the commit finds out one only");
}
