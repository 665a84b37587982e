//! A new message waits for the commit, and whoever looks at it before sees it all the same.

use messages_domain::{Content, Message, MessagesTx as _, Priority, Side, State, Subject};
use serde_json::json;
use shared_kernel::{CustomerId, EntryId, StoreError, UnitOfWork as _};
use store_pg::PgTx;

use crate::desk::{Desk, consequences, customer, now, user};

pub fn message(id: &str, from: &str) -> Message {
    Message {
        id: EntryId::parse(id).unwrap(),
        customer: CustomerId::parse(from).unwrap(),
        staff: None,
        order: None,
        root: None,
        author: user(from),
        author_side: Side::Customer,
        subject: Subject::parse("Ma commande").unwrap(),
        content: Content::parse("Où en est-elle ?").unwrap(),
        priority: Priority::Normal,
        state: State::Open,
        created_at: now(),
        updated_at: now(),
        read_at: None,
        archived_at: None,
        deleted_at: None,
        close_reason: None,
        version: 1,
    }
}

/// A desk that knows `cst-1`.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.enter(&customer("cst-1", "a@example.com")).await;
    desk
}

async fn open(desk: &Desk) -> Box<PgTx> {
    Box::new(desk.store.open().await.unwrap())
}

pub const MESSAGES: &str = "SELECT count(*) FROM ___xtr_msg WHERE msg_kind = 'message'";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_written_in_the_transaction_of_its_events() {
    let desk = desk().await;
    let mut tx = open(&desk).await;
    tx.insert_message(&message("MSG-1", "cst-1")).await.unwrap();
    tx.write(consequences(&json!({ "streams": ["staff-0"] })));
    assert_eq!(desk.number(MESSAGES).await, 0, "it waits");
    tx.commit().await.unwrap();
    let together = "SELECT count(*) FROM ___xtr_msg m JOIN event e ON e.xmin = m.xmin";
    assert_eq!(desk.number(together).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_in_the_same_work_sees_the_new_message() {
    let desk = desk().await;
    let mut tx = open(&desk).await;
    let before = message("MSG-1", "cst-1");
    tx.insert_message(&before).await.unwrap();
    tx.insert_message(&message("MSG-2", "cst-1")).await.unwrap();
    let read = tx.lock_message(&before.id).await.unwrap().unwrap();
    assert_eq!(read.content, before.content);
    let mut after = before.clone();
    (after.state, after.version) = (State::Closed, 2);
    tx.update_message(&before, &after).await.unwrap();
    tx.commit().await.unwrap();
    let closed = format!("{MESSAGES} AND msg_open = '0'");
    assert_eq!(desk.number(&closed).await, 1);
    assert_eq!(desk.number(MESSAGES).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_written_takes_everything_with_it() {
    let desk = desk().await;
    for _ in 0..3 {
        let mut tx = open(&desk).await;
        tx.insert_message(&message("MSG-1", "cst-nobody"))
            .await
            .unwrap();
        tx.write(consequences(
            &json!({ "streams": ["staff-0"], "jobs": [["job", "lane"]] }),
        ));
        let refused = tx.commit().await.unwrap_err();
        assert!(
            matches!(refused, StoreError::MissingReference(_)),
            "{refused}"
        );
    }
    for table in ["event", "job", "___xtr_msg", "ticket_figure_delta"] {
        let rows = desk.number(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(rows, 0, "{table}");
    }
    assert_eq!(desk.heard.events(), []);
    assert_eq!(desk.open_transactions().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_writes_nothing_leaves_nothing_open() {
    let desk = desk().await;
    let owner = CustomerId::parse("cst-1").unwrap();
    let nobody = CustomerId::parse("cst-nobody").unwrap();
    open(&desk).await.commit().await.unwrap();
    open(&desk).await.rollback().await;
    for commits in [true, false] {
        let mut tx = open(&desk).await;
        let known = tx.known(&owner, None, None).await.unwrap();
        assert!(known.customer && known.staff && known.order);
        assert!(!tx.known(&nobody, None, None).await.unwrap().customer);
        if commits {
            tx.commit().await.unwrap();
        } else {
            tx.rollback().await;
        }
        assert_eq!(desk.open_transactions().await, 0);
    }
    let mut tx = open(&desk).await;
    tx.insert_message(&message("MSG-1", "cst-1")).await.unwrap();
    tx.rollback().await;
    assert_eq!(desk.number(MESSAGES).await, 0);
}
