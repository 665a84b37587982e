//! What sockets have joined: kept for their user, for a time, and not without end.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::desk::{Desk, now, user};

fn joined(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    let pairs = pairs.iter();
    pairs
        .map(|(id, since)| ((*id).to_owned(), *since))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_has_joined_is_its_users_alone_and_what_was_kept_last() {
    let desk = Desk::new().await;
    let (store, jean, paul) = (&desk.store, user("cst-jean"), user("cst-paul"));
    let (one, two) = (joined(&[("MSG-1", 7)]), joined(&[("MSG-1", 7), ("T", 0)]));
    for kept in [&one, &two, &one] {
        store.keep_joined("s", &jean, kept).await.unwrap();
        assert_eq!(store.kept_joined("s", &jean).await.unwrap(), *kept);
    }
    // Somebody who shows another's session neither reads nor changes it.
    store.keep_joined("s", &paul, &two).await.unwrap();
    store.keep_joined("s", &paul, &joined(&[])).await.unwrap();
    assert_eq!(store.kept_joined("s", &paul).await.unwrap(), joined(&[]));
    assert_eq!(store.kept_joined("s", &jean).await.unwrap(), one);
    store.keep_joined("s", &jean, &joined(&[])).await.unwrap();
    assert_eq!(store.kept_joined("s", &jean).await.unwrap(), joined(&[]));
    assert_eq!(desk.number("SELECT count(*) FROM socket_session").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_one_user_are_few_and_old_ones_are_swept() {
    let desk = Desk::new().await;
    let (store, jean) = (&desk.store, user("cst-jean"));
    for n in 0..70_u64 {
        let kept = joined(&[("MSG-1", n)]);
        store
            .keep_joined(&format!("s{n}"), &jean, &kept)
            .await
            .unwrap();
    }
    const COUNT: &str = "SELECT count(*) FROM socket_session";
    assert_eq!(desk.number(COUNT).await, 64);
    let latest = store.kept_joined("s69", &jean).await.unwrap();
    assert_eq!(latest, joined(&[("MSG-1", 69)]));
    let client = desk.database.client().await;
    let at = now();
    let sql = "UPDATE socket_session SET kept_at = $1::text::timestamptz";
    client
        .execute(sql, &[&(at - TimeDelta::days(8)).to_rfc3339()])
        .await
        .unwrap();
    store.keep_joined("s70", &jean, &latest).await.unwrap();
    let sql = "UPDATE socket_session SET kept_at = $1::text::timestamptz WHERE session = 's70'";
    client
        .execute(sql, &[&(at - TimeDelta::days(6)).to_rfc3339()])
        .await
        .unwrap();
    let swept = store.sweep(at).await.unwrap();
    assert_eq!((swept.sessions, desk.number(COUNT).await), (63, 1));
}
