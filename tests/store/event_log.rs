//! Numbers in a stream have no gaps and follow the order of commits; nobody reads past a late one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shared_kernel::{EventLog as _, LoggedEvent, StreamId};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::desk::{Desk, Dice, consequences};

const WRITERS: u64 = 64;
const ROUNDS: usize = 10;
const STREAMS: [&str; 4] = ["staff-0", "staff-1", "user-a", "user-b"];

async fn write_with_delays(desk: Arc<Desk>, writer: u64) {
    let mut dice = Dice::new(writer + 1);
    for round in 0..ROUNDS {
        let mut streams: Vec<&str> = STREAMS.into_iter().filter(|_| dice.roll(2) == 0).collect();
        if streams.is_empty() {
            streams.push(STREAMS[round % STREAMS.len()]);
        }
        // In any order: the store sorts.
        if dice.roll(2) == 0 {
            streams.reverse();
        }
        let mut tx = desk.begin().await;
        let note = json!({ "writer": writer, "round": round });
        tx.write(consequences(&json!({ "streams": streams, "note": note })));
        tokio::time::sleep(Duration::from_millis(dice.roll(8).try_into().unwrap())).await;
        tx.commit().await.unwrap();
    }
}

/// Polls a stream until told to stop and nothing is left; fails as soon as a number is skipped.
async fn read_all(
    desk: Arc<Desk>,
    stream: &'static str,
    done: watch::Receiver<bool>,
) -> Vec<LoggedEvent> {
    let id = StreamId::from_stored(stream.to_owned());
    let mut seen: Vec<LoggedEvent> = Vec::new();
    loop {
        let last_round = *done.borrow();
        let after = seen.last().map_or(0, |event| event.seq);
        let found = desk.store.after(&id, after, 7).await.unwrap();
        for event in &found {
            let expected = seen.last().map_or(1, |event| event.seq + 1);
            assert_eq!(event.seq, expected, "{stream} skipped a number");
            seen.push(event.clone());
        }
        if last_round && found.is_empty() {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_polling_beside_64_writers_never_skip_a_number() {
    let desk = Arc::new(Desk::with_pool(24).await);
    let (finished, done) = watch::channel(false);
    let readers: Vec<_> = STREAMS
        .into_iter()
        .map(|stream| tokio::spawn(read_all(Arc::clone(&desk), stream, done.clone())))
        .collect();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write_with_delays(Arc::clone(&desk), writer));
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    finished.send(true).unwrap();
    let mut read = BTreeMap::new();
    for reader in readers {
        for event in reader.await.unwrap() {
            read.insert((event.stream.clone(), event.seq), event);
        }
    }

    // Everything written was read, once; and the listener heard exactly that.
    assert_eq!(
        i64::try_from(read.len()).unwrap(),
        desk.number("SELECT count(*) FROM event").await
    );
    assert_eq!(
        i64::try_from(read.len()).unwrap(),
        desk.number("SELECT sum(last_seq)::bigint FROM event_stream")
            .await
    );
    let heard = desk.heard.events();
    assert_eq!(heard.len(), read.len(), "heard once each");
    for event in &heard {
        assert_eq!(read.get(&(event.stream.clone(), event.seq)), Some(event));
    }
    // Each writer waited for its own commit, so its events come in its order in every stream.
    let mut last: BTreeMap<(StreamId, u64), u64> = BTreeMap::new();
    for event in read.values() {
        let (writer, round) = (&event.payload["writer"], &event.payload["round"]);
        let key = (event.stream.clone(), writer.as_u64().unwrap());
        let round = round.as_u64().unwrap();
        assert!(last.insert(key, round).is_none_or(|before| before < round));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_numbers_is_the_order_of_commits() {
    let desk = Desk::new().await;
    // Begun first, committed last.
    let mut early = desk.begin().await;
    early.write(consequences(
        &json!({ "streams": ["staff-0"], "note": "early" }),
    ));
    let mut late = desk.begin().await;
    late.write(consequences(
        &json!({ "streams": ["staff-0"], "note": "late" }),
    ));
    late.commit().await.unwrap();
    early.commit().await.unwrap();
    let stream = StreamId::from_stored("staff-0".to_owned());
    let notes: Vec<_> = desk.store.after(&stream, 0, 10).await.unwrap();
    let notes: Vec<_> = notes.iter().map(|event| event.payload.clone()).collect();
    assert_eq!(notes, [json!("late"), json!("early")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_for_several_streams_has_one_id_and_a_number_in_each() {
    let desk = Desk::new().await;
    desk.write(&["staff-1", "user-a", "staff-0"]).await;
    desk.write(&["user-a"]).await;
    let heard = desk.heard.events();
    let ids: BTreeSet<_> = heard.iter().take(3).map(|event| event.event_id).collect();
    assert_eq!(ids.len(), 1);
    let places: Vec<_> = heard
        .iter()
        .map(|event| (event.stream.as_str(), event.seq))
        .collect();
    assert_eq!(
        places,
        [("staff-1", 1), ("user-a", 1), ("staff-0", 1), ("user-a", 2)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_name_streams_crosswise_never_deadlock() {
    let desk = Arc::new(Desk::new().await);
    let mut writers = JoinSet::new();
    for streams in [["staff-0", "user-z"], ["user-z", "staff-0"]] {
        for _ in 0..2 {
            let desk = Arc::clone(&desk);
            writers.spawn(async move {
                for _ in 0..300 {
                    // The victim of a deadlock would fail here.
                    desk.write(&streams).await;
                }
            });
        }
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    assert_eq!(desk.number("SELECT count(*) FROM event").await, 2 * 4 * 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_say_where_each_stream_stands_and_what_is_still_kept() {
    let desk = Desk::new().await;
    for _ in 0..5 {
        desk.write(&["staff-0"]).await;
    }
    let client = desk.database.client().await;
    client
        .batch_execute("DELETE FROM event WHERE seq <= 2")
        .await
        .unwrap();
    let asked = ["staff-0", "user-new"].map(|name| StreamId::from_stored(name.to_owned()));
    let positions = desk.store.positions(&asked).await.unwrap();
    let places: Vec<_> = positions
        .iter()
        .map(|at| (at.stream.as_str(), at.last_seq, at.first_kept))
        .collect();
    assert_eq!(places, [("staff-0", 5, 3), ("user-new", 0, 1)]);
    client.batch_execute("DELETE FROM event").await.unwrap();
    let emptied = desk.store.positions(&asked).await.unwrap();
    assert_eq!((emptied[0].last_seq, emptied[0].first_kept), (5, 6));
    assert_eq!(emptied[0].epoch, positions[0].epoch);
}
