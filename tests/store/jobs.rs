//! The queue: one job per key, one worker per job, order in a lane, no way back for a late finisher.

use std::collections::HashSet;
use std::slice::from_ref;
use std::sync::Arc;

use serde_json::json;
use store_pg::{ClaimedJob, JobQueue};
use testkit::admin_client;
use tokio::task::JoinSet;

use crate::cost::{Cost, cost_of, leave_alone};
use crate::desk::{Desk, consequences, now, seconds};

const JOBS: &str = "job";
/// How often what is said to be cheap is done.
const TURNS: i64 = 40;
/// What one turn, a claim of four and their completion, may fetch and look at: a few times what it
/// does, and a small part of what is there.
const FETCHED: i64 = 60;
const BLOCKS: i64 = 600;

async fn claim(desk: &Desk, limit: u32) -> Vec<ClaimedJob> {
    desk.queue().claim(now(), seconds(60), limit).await.unwrap()
}

fn keys(jobs: &[ClaimedJob]) -> Vec<&str> {
    jobs.iter().map(|job| job.key.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_queued_twice_is_one_job() {
    let desk = Desk::new().await;
    desk.queue_jobs(&[("a", "lane"), ("a", "lane"), ("b", "lane")])
        .await;
    let mut tx = desk.begin().await;
    let twice = json!({ "jobs": [["c", "lane"], ["c", "lane"]] });
    tx.write(consequences(&twice));
    tx.commit().await.unwrap();
    assert_eq!(desk.number("SELECT count(*) FROM job").await, 3);
    let first = claim(&desk, 10).await;
    desk.queue().complete(&first[..1], now()).await.unwrap();
    desk.queue_jobs(&[("a", "lane")]).await;
    assert_eq!(
        desk.number("SELECT count(*) FROM job WHERE key = 'a' AND state = 'done'")
            .await,
        1,
        "nor is a done one queued again"
    );
    assert_eq!(desk.heard.jobs(), 6, "the listener only wakes workers");
}

#[tokio::test(flavor = "multi_thread")]
async fn claimers_at_the_same_time_never_get_the_same_job() {
    const JOBS: usize = 300;
    let desk = Arc::new(Desk::new().await);
    let jobs: Vec<_> = (0..JOBS)
        .map(|n| [format!("k{n}"), format!("lane{}", n % 60)])
        .collect();
    let mut tx = desk.begin().await;
    tx.write(consequences(&json!({ "jobs": jobs })));
    tx.commit().await.unwrap();
    let mut workers = JoinSet::new();
    for _ in 0..8 {
        let desk = Arc::clone(&desk);
        workers.spawn(async move {
            let mut got = Vec::new();
            while desk
                .number("SELECT count(*) FROM job WHERE state <> 'done'")
                .await
                > 0
            {
                for job in claim(&desk, 5).await {
                    assert_eq!(
                        desk.queue().complete(from_ref(&job), now()).await.unwrap(),
                        1
                    );
                    got.push(job.id);
                }
            }
            got
        });
    }
    let mut all = Vec::new();
    while let Some(got) = workers.join_next().await {
        all.extend(got.unwrap());
    }
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (JOBS, JOBS));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_lease_lets_another_in_and_keeps_the_late_finisher_out() {
    let desk = Desk::new().await;
    desk.queue_jobs(&[("a", "lane")]).await;
    let queue = desk.queue();
    let start = now();
    let slow = queue.claim(start, seconds(10), 1).await.unwrap().remove(0);
    let early = queue
        .claim(start + seconds(9), seconds(10), 1)
        .await
        .unwrap();
    assert!(early.is_empty(), "the lease stands");
    let quick = queue
        .claim(start + seconds(11), seconds(10), 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!((slow.attempt, quick.attempt), (1, 2));

    let late = start + seconds(12);
    assert_eq!(queue.complete(from_ref(&slow), late).await.unwrap(), 0);
    assert!(!queue.fail(&slow, "late", None, late).await.unwrap());
    assert!(!queue.fail(&slow, "late", Some(late), late).await.unwrap());
    assert!(!queue.release(&slow, late).await.unwrap());
    assert_eq!(
        desk.number("SELECT count(*) FROM job WHERE state = 'running' AND attempts = 2")
            .await,
        1
    );
    assert_eq!(queue.complete(from_ref(&quick), late).await.unwrap(), 1);
    assert_eq!(
        queue.complete(from_ref(&quick), late).await.unwrap(),
        0,
        "once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_recorded_twice_does_not_take_the_next_workers_lease() {
    let desk = Desk::new().await;
    desk.queue_jobs(&[("a", "lane")]).await;
    let queue = desk.queue();
    let start = now();
    let first = queue.claim(start, seconds(60), 1).await.unwrap().remove(0);
    assert!(queue.release(&first, start).await.unwrap());
    let second = queue
        .claim(start + seconds(1), seconds(60), 1)
        .await
        .unwrap()
        .remove(0);
    // The answer to the first release was lost, so it is sent again.
    assert!(!queue.release(&first, start).await.unwrap());
    assert_eq!(queue.complete(from_ref(&second), start).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_keeps_its_order_while_its_first_waits_for_a_retry() {
    let desk = Desk::new().await;
    desk.queue_jobs(&[("a1", "a"), ("a2", "a"), ("b1", "b"), ("a3", "a")])
        .await;
    let queue = desk.queue();
    let jobs = claim(&desk, 10).await;
    assert_eq!(keys(&jobs), ["a1", "b1"]);
    let retry_at = now() + seconds(30);
    assert!(
        queue
            .fail(&jobs[0], "451", Some(retry_at), now())
            .await
            .unwrap()
    );
    assert!(
        claim(&desk, 10).await.is_empty(),
        "a2 waits behind a1, b1 is leased"
    );
    let again = queue.claim(retry_at, seconds(60), 10).await.unwrap();
    assert_eq!(keys(&again), ["a1"]);
    assert_eq!(again[0].attempt, 2);
    queue.complete(&again[..1], now()).await.unwrap();
    let next = claim(&desk, 10).await;
    assert_eq!(keys(&next), ["a2"]);
    queue.complete(&next[..1], now()).await.unwrap();
    assert_eq!(keys(&claim(&desk, 10).await), ["a3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_job_frees_its_lane() {
    let desk = Desk::new().await;
    desk.queue_jobs(&[("a1", "a"), ("a2", "a")]).await;
    let first = claim(&desk, 10).await;
    assert!(
        desk.queue()
            .fail(&first[0], "550 no such mailbox", None, now())
            .await
            .unwrap()
    );
    assert_eq!(keys(&claim(&desk, 10).await), ["a2"]);
    let counts = desk.queue().counts(now()).await.unwrap();
    assert_eq!((counts.ready, counts.running, counts.dead), (0, 1, 1));
    let client = desk.database.client().await;
    let row = client
        .query_one("SELECT last_error, payload::text, finished_at IS NOT NULL FROM job WHERE state = 'dead'", &[])
        .await
        .unwrap();
    assert_eq!(row.get::<_, &str>(0), "550 no such mailbox");
    assert_ne!(
        row.get::<_, &str>(1),
        "{}",
        "kept, so that staff can have it sent after all"
    );
    assert!(row.get::<_, bool>(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_done_job_forgets_whom_it_was_for() {
    let desk = Desk::new().await;
    desk.queue_jobs(&[("a", "lane")]).await;
    let job = claim(&desk, 1).await.remove(0);
    assert_eq!(job.payload["to"], "somebody@example.com");
    assert_eq!(
        desk.queue().complete(from_ref(&job), now()).await.unwrap(),
        1
    );
    assert_eq!(
        desk.number("SELECT count(*) FROM job WHERE state = 'done' AND payload = '{}' AND lease_until IS NULL").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_job_comes_back_with_its_attempt_uncounted() {
    let desk = Desk::new().await;
    desk.queue_jobs(&[("a", "lane")]).await;
    let job = claim(&desk, 1).await.remove(0);
    assert!(
        desk.queue()
            .release(&job, now() + seconds(5))
            .await
            .unwrap()
    );
    assert!(claim(&desk, 1).await.is_empty(), "not before its time");
    let again = desk
        .queue()
        .claim(now() + seconds(6), seconds(60), 1)
        .await
        .unwrap();
    assert_eq!(again[0].attempt, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_a_rolled_back_change_never_run() {
    let desk = Desk::new().await;
    let mut tx = desk.begin().await;
    tx.write(consequences(&json!({ "jobs": [["a", "lane"]] })));
    tx.rollback().await;
    assert!(claim(&desk, 10).await.is_empty());
    assert_eq!(desk.heard.jobs(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_costs_the_same_with_200_000_done_jobs() {
    let desk = Desk::new().await;
    let client = desk.database.client().await;
    client
        .batch_execute(
            "INSERT INTO job (kind, key, lane, payload, state, run_at, created_at, finished_at, attempts)
             SELECT 'email', 'done-' || n, 'lane-' || n % 500, '{}', 'done', now() - interval '1 day', now(), now(), 1
             FROM generate_series(1, 200000) n;
             INSERT INTO job (kind, key, lane, payload, run_at, created_at)
             SELECT 'email', 'ready-' || n, 'lane-' || n % 500, '{}', now() - interval '1 minute', now()
             FROM generate_series(1, 600) n;
             ANALYZE job",
        )
        .await
        .unwrap();
    drop(client);
    leave_alone(&desk, JOBS).await;
    assert_claims_are_cheap(&desk).await;
}

const WAITING_JOBS: i64 = 40_000;
const WAITING: &str = "\
INSERT INTO job (kind, key, lane, payload, run_at, created_at)
SELECT 'email', 'waiting-' || n, 'lane-' || n % 20000, '{}', now() - interval '1 minute', now()
FROM generate_series(1, 40000) n";

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_costs_the_same_with_40_000_waiting_jobs() {
    let desk = Desk::new().await;
    leave_alone(&desk, JOBS).await;
    let fill = desk.database.url.clone();
    let cost = cost_of(&desk, JOBS, async |store| {
        let queue = JobQueue::new(store.clone());
        // The plan is made, and kept, while there is nothing to claim.
        for _ in 0..12 {
            assert!(take(&queue).await.is_empty());
        }
        admin_client(&fill)
            .await
            .batch_execute(WAITING)
            .await
            .unwrap();
        take_turns(&queue).await;
    })
    .await;
    // Made for an empty table, the plan finds the claimed by going through it once: no more often,
    // and nothing is gathered and sorted.
    println!("{TURNS} claims of 4, planned before: {cost:?}");
    assert!(cost.scanned <= TURNS * WAITING_JOBS, "{cost:?}");
    assert!(cost.fetched <= TURNS * FETCHED, "{cost:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_costs_the_same_before_the_planner_knows_the_table() {
    let desk = Desk::new().await;
    leave_alone(&desk, JOBS).await;
    let client = desk.database.client().await;
    client.batch_execute(WAITING).await.unwrap();
    drop(client);
    assert_claims_are_cheap(&desk).await;
}

async fn take(queue: &JobQueue) -> Vec<ClaimedJob> {
    queue.claim(now(), seconds(60), 4).await.unwrap()
}

/// Claims and finishes four jobs, a number of times: prepared statements change their plans after
/// five runs.
async fn take_turns(queue: &JobQueue) {
    for _ in 0..TURNS {
        let jobs = take(queue).await;
        assert_eq!(jobs.len(), 4);
        for job in &jobs {
            assert_eq!(queue.complete(from_ref(job), now()).await.unwrap(), 1);
        }
    }
}

async fn assert_claims_are_cheap(desk: &Desk) {
    let cost = cost_of(desk, JOBS, async |store| {
        take_turns(&JobQueue::new(store.clone())).await;
    });
    assert_cheap(cost.await);
}

fn assert_cheap(cost: Cost) {
    println!("{TURNS} claims of 4: {cost:?}");
    assert_eq!(cost.scanned, 0, "{cost:?}");
    assert!(cost.fetched <= TURNS * FETCHED, "{cost:?}");
    assert!(cost.blocks <= TURNS * BLOCKS, "{cost:?}");
}
