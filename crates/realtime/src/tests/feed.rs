//! The log as a feed.

use serde_json::json;
use shared_kernel::{EventLog as _, Room};

use super::events::user_stream;
use super::log::MemoryLog;
use crate::log::feed;
use crate::log::place::Place;

#[tokio::test]
async fn a_part_of_nothing_but_what_only_joined_sockets_hear_says_that_more_follows() {
    let (log, own) = (MemoryLog::default(), user_stream("a1"));
    let begin = log.positions(std::slice::from_ref(&own)).await.unwrap();
    let hidden = Room {
        conversation: "c".to_owned(),
        only: true,
        ..Room::default()
    };
    for n in 0..5 {
        log.commit_in(&[&own], "typing", &json!({ "n": n }), Some(&hidden));
    }
    log.commit(&[&own], "newMessage", &json!({"n": 5}));
    let positions = log.positions(std::slice::from_ref(&own)).await.unwrap();
    let mut place = Place::at_end(&begin);
    let mut parts = Vec::new();
    loop {
        let part = feed::read(&log, place.clone(), &positions, 2)
            .await
            .unwrap();
        parts.push((part.events.len(), part.has_more));
        if !part.has_more {
            break;
        }
        place = place.at_cursor(&part.cursor).unwrap();
    }
    assert_eq!(parts, [(0, true), (1, false)]);
}
