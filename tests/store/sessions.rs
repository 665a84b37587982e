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
        let found = store.kept_joined("s", &jean).await.unwrap();
        assert_eq!(found.as_ref(), Some(kept));
    }
    // Somebody who shows another's session neither reads nor changes it.
    store.keep_joined("s", &paul, &two).await.unwrap();
    store.keep_joined("s", &paul, &joined(&[])).await.unwrap();
    assert_eq!(store.kept_joined("s", &paul).await.unwrap(), None);
    assert_eq!(store.kept_joined("s", &jean).await.unwrap(), Some(one));
    store.keep_joined("s", &jean, &joined(&[])).await.unwrap();
    // It has left all, which is not to be forgotten.
    let left = store.kept_joined("s", &jean).await.unwrap();
    assert_eq!(left, Some(joined(&[])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_still_here_is_kept_on_as_it_said_last_and_entered_again_where_it_is_gone()
 {
    let desk = Desk::new().await;
    let (store, jean, paul) = (&desk.store, user("cst-jean"), user("cst-paul"));
    let (said, older) = (joined(&[("MSG-1", 7)]), joined(&[("MSG-2", 3)]));
    store.keep_joined("s", &jean, &said).await.unwrap();
    let client = desk.database.client().await;
    let age = "UPDATE socket_session SET kept_at = now() - interval '8 days'";
    client.execute(age, &[]).await.unwrap();
    store.renew_joined("s", &paul, &older).await.unwrap();
    const FRESH: &str =
        "SELECT count(*) FROM socket_session WHERE kept_at > now() - interval '1 day'";
    assert_eq!(desk.number(FRESH).await, 0, "another's session");
    store.renew_joined("s", &jean, &older).await.unwrap();
    assert_eq!(desk.number(FRESH).await, 1);
    let found = store.kept_joined("s", &jean).await.unwrap();
    assert_eq!(found.as_ref(), Some(&said));
    client
        .execute("DELETE FROM socket_session", &[])
        .await
        .unwrap();
    store.renew_joined("s", &jean, &said).await.unwrap();
    let found = store.kept_joined("s", &jean).await.unwrap();
    assert_eq!(found, Some(said));
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
    let latest = latest.unwrap();
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
