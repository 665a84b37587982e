//! Events, positions and connections for tests.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use serde_json::json;
use shared_kernel::{LoggedEvent, StreamId, StreamPosition, UserId};
use uuid::Uuid;

use crate::dialect::{LoggedFrame, Outgoing};
use crate::hub::connection::Connection;
use crate::native::NATIVE;
use crate::settings::RealtimeSettings;

pub(crate) const EPOCH: Uuid = Uuid::from_u128(0xe0);

pub(crate) fn user_stream(id: &str) -> StreamId {
    StreamId::user(&UserId::parse(id).unwrap())
}

/// An event with an id of its own.
pub(crate) fn event(stream: &StreamId, seq: u64) -> LoggedEvent {
    let name = stream
        .as_str()
        .bytes()
        .fold(0_u128, |sum, byte| sum * 31 + u128::from(byte));
    event_of((name << 64) + u128::from(seq), stream, seq)
}

pub(crate) fn event_of(id: u128, stream: &StreamId, seq: u64) -> LoggedEvent {
    LoggedEvent {
        stream: stream.clone(),
        seq,
        event_id: Uuid::from_u128(id),
        kind: "ticket.created".to_owned(),
        payload: json!({"number": seq}),
        occurred_at: DateTime::UNIX_EPOCH,
        room: None,
    }
}

pub(crate) fn at_second(event: LoggedEvent, second: i64) -> LoggedEvent {
    let occurred_at = DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
    LoggedEvent {
        occurred_at,
        ..event
    }
}

pub(crate) fn logged_frame(stream: &StreamId, seq: u64) -> Outgoing {
    Outgoing::Logged(Arc::new(LoggedFrame::new(&NATIVE, &event(stream, seq))))
}

pub(crate) fn logged_frame_of(id: u128, stream: &StreamId, seq: u64) -> Outgoing {
    Outgoing::Logged(Arc::new(LoggedFrame::new(
        &NATIVE,
        &event_of(id, stream, seq),
    )))
}

pub(crate) fn position(stream: &StreamId, last_seq: u64) -> StreamPosition {
    StreamPosition {
        stream: stream.clone(),
        epoch: EPOCH,
        last_seq,
        first_kept: 1,
    }
}

pub(crate) fn test_connection() -> Connection {
    Connection::new(&NATIVE, RealtimeSettings::default().outbox)
}
