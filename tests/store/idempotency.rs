//! One key, one effect, one answer.

use shared_kernel::{Claim, IdempotencyKey, StoredAnswer};

use crate::desk::Desk;

fn key(scope: &str, fingerprint: &[u8]) -> IdempotencyKey {
    IdempotencyKey {
        scope: scope.to_owned(),
        key: "k".to_owned(),
        fingerprint: fingerprint.to_vec(),
    }
}

fn answer() -> StoredAnswer {
    StoredAnswer {
        status: 201,
        etag: Some("\"1\"".to_owned()),
        body: b"{\"msg_id\":\"TICKET-1\"}".to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_in_flight_until_its_transaction_ends_then_answered_or_mismatched() {
    let desk = Desk::new().await;
    let (ours, other_request) = (key("anyone POST /x", b"one"), key("anyone POST /x", b"two"));
    let mut first = desk.begin().await;
    assert_eq!(first.claim(&ours).await.unwrap(), Claim::Fresh);

    let mut second = desk.begin().await;
    assert_eq!(second.claim(&ours).await.unwrap(), Claim::InFlight);
    assert_eq!(
        second.claim(&other_request).await.unwrap(),
        Claim::InFlight,
        "which request it stands for is not known yet"
    );
    first.remember(&ours, &answer()).await.unwrap();
    assert_eq!(
        second.claim(&ours).await.unwrap(),
        Claim::InFlight,
        "not committed yet"
    );
    first.commit().await.unwrap();
    assert_eq!(
        second.claim(&ours).await.unwrap(),
        Claim::Answered(answer())
    );
    assert_eq!(second.claim(&other_request).await.unwrap(), Claim::Mismatch);
    second.rollback().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_transaction_failed_is_fresh_again() {
    let desk = Desk::new().await;
    let ours = key("anyone POST /x", b"one");
    let mut rolled_back = desk.begin().await;
    rolled_back.claim(&ours).await.unwrap();
    rolled_back.remember(&ours, &answer()).await.unwrap();
    rolled_back.rollback().await;
    let mut dropped = desk.begin().await;
    assert_eq!(dropped.claim(&ours).await.unwrap(), Claim::Fresh);
    drop(dropped);
    testkit::eventually("the key to be free", async || {
        let mut tx = desk.begin().await;
        let claim = tx.claim(&ours).await.unwrap();
        tx.rollback().await;
        (claim == Claim::Fresh).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_of_another_caller_or_route_is_another_key() {
    let desk = Desk::new().await;
    let mut first = desk.begin().await;
    first.claim(&key("cst-1 POST /x", b"one")).await.unwrap();
    first
        .remember(&key("cst-1 POST /x", b"one"), &answer())
        .await
        .unwrap();
    first.commit().await.unwrap();
    let mut second = desk.begin().await;
    for scope in ["cst-2 POST /x", "cst-1 POST /y", "anyone POST /x"] {
        assert_eq!(
            second.claim(&key(scope, b"one")).await.unwrap(),
            Claim::Fresh,
            "{scope}"
        );
    }
    second.rollback().await;
}
