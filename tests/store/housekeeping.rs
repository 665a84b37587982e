//! What has had its time goes, however much of it there is, and nothing else.

use crate::desk::{Desk, now};

#[tokio::test(flavor = "multi_thread")]
async fn old_rows_go_in_as_many_batches_as_it_takes_and_young_ones_stay() {
    let desk = Desk::new().await;
    let client = desk.database.client().await;
    client
        .batch_execute(
            "INSERT INTO event (stream_id, seq, event_id, kind, payload, occurred_at)
             SELECT 'staff-0', n, gen_random_uuid(), 'kind', '{}',
                    now() - CASE WHEN n <= 12000 THEN interval '8 days' ELSE interval '6 days' END
             FROM generate_series(1, 12010) n;
             INSERT INTO job (kind, key, lane, payload, state, run_at, created_at, finished_at)
             SELECT 'email', 'k' || n, 'lane', '{}', CASE WHEN n <= 20 THEN 'done' ELSE 'dead' END,
                    now(), now(), now() - interval '31 days'
             FROM generate_series(1, 25) n",
        )
        .await
        .unwrap();
    let swept = desk.store.sweep(now()).await.unwrap();
    assert_eq!((swept.events, swept.jobs), (12_000, 20));
    assert_eq!(desk.number("SELECT count(*) FROM event").await, 10);
    let dead = "SELECT count(*) FROM job WHERE state = 'dead'";
    assert_eq!(desk.number(dead).await, 5, "dead letters stay");
    let again = desk.store.sweep(now()).await.unwrap();
    assert_eq!((again.events, again.jobs), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuilding_figures_while_they_are_folded_does_not_deadlock() {
    let desk = Desk::new().await;
    let store = desk.another_store();
    let folding = tokio::spawn(async move {
        for _ in 0..40 {
            store.fold_figures(100).await.unwrap();
        }
    });
    for _ in 0..10 {
        desk.store.rebuild_figures().await.unwrap();
    }
    folding.await.unwrap();
}
