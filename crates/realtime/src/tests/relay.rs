//! The relay, seen from a connected client: whatever happens to the hand-over, events come once
//! and in order.

use serde_json::json;

use super::events::user_stream;
use super::server::{TestServer, numbers};
use super::wait::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn commits_handed_over_late_doubled_and_out_of_order_come_once_in_order() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    let stream = user_stream("7");
    let mut batches: Vec<_> = (1..=30)
        .map(|n| {
            server
                .log
                .commit(&[&stream], "ticket.created", &json!({"n": n}))
        })
        .collect();
    batches.reverse();
    batches.extend(batches.clone());
    for batch in batches {
        server.relay.committed(batch);
    }
    server.publish_numbers("7", 31..=31);
    assert_eq!(numbers(&mut client, 31).await, (1..=31).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_nobody_handed_over_is_found_behind_the_next_one() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    server
        .log
        .commit(&[&user_stream("7")], "ticket.created", &json!({"n": 1}));
    server.publish_numbers("7", 2..=2);
    assert_eq!(numbers(&mut client, 2).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nudge_from_another_instance_is_enough() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    let stream = user_stream("7");
    for n in 1..=300 {
        server
            .log
            .commit(&[&stream], "ticket.created", &json!({"n": n}));
    }
    server.relay.nudge(&[(stream, 300)]);
    assert_eq!(
        numbers(&mut client, 300).await,
        (1..=300).collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_hint_the_comparison_finds_the_event() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    server
        .log
        .commit(&[&user_stream("7")], "ticket.created", &json!({"n": 1}));
    assert_eq!(numbers(&mut client, 1).await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_fails_delays_events_and_loses_none() {
    let server = TestServer::start();
    let mut client = server.connect("customer:7").await;
    server.log.fail(true);
    server
        .log
        .commit(&[&user_stream("7")], "ticket.created", &json!({"n": 1}));
    server.publish_numbers("7", 2..=2);
    let before = server.log.reads();
    eventually("the log was asked in vain", || {
        server.log.reads() > before + 3
    })
    .await;
    server.log.fail(false);
    assert_eq!(numbers(&mut client, 2).await, [1, 2]);
    server.publish_numbers("7", 3..=3);
    assert_eq!(numbers(&mut client, 1).await, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_connects_during_an_outage_is_let_in_after_it() {
    let server = TestServer::start();
    server.log.fail(true);
    let before = server.log.reads();
    let connecting = server.connect("customer:7");
    let recovery = async {
        eventually("the log was asked in vain", || {
            server.log.reads() > before + 1
        })
        .await;
        server.log.fail(false);
    };
    let (mut client, ()) = tokio::join!(connecting, recovery);
    server.publish_numbers("7", 1..=1);
    assert_eq!(numbers(&mut client, 1).await, [1]);
}
