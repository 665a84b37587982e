//! An event log in memory, which can be cut, replaced or made to fail.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use shared_kernel::{EventLog, LoggedEvent, Room, StoreError, StreamId, StreamPosition};
use uuid::Uuid;

use super::events::EPOCH;

#[derive(Default)]
struct Stored {
    last_seq: u64,
    first_kept: u64,
    epoch: Option<Uuid>,
    events: Vec<LoggedEvent>,
}

#[derive(Default)]
pub(super) struct MemoryLog {
    streams: Mutex<BTreeMap<StreamId, Stored>>,
    failing: AtomicBool,
    reads: AtomicUsize,
}

impl MemoryLog {
    /// Commits one event to several streams.
    pub(super) fn commit(
        &self,
        streams: &[&StreamId],
        kind: &str,
        payload: &serde_json::Value,
    ) -> Vec<LoggedEvent> {
        self.commit_in(streams, kind, payload, None)
    }

    /// The same; the first stream's entry is heard by those who have joined a conversation, too.
    pub(super) fn commit_in(
        &self,
        streams: &[&StreamId],
        kind: &str,
        payload: &serde_json::Value,
        room: Option<&Room>,
    ) -> Vec<LoggedEvent> {
        let mut stored = self.streams.lock().unwrap();
        let all: u64 = stored.values().map(|stream| stream.last_seq).sum();
        let event_id = Uuid::from_u128(u128::from(all) + 1);
        let commit = |stream: &&StreamId| {
            let entry = stored.entry((*stream).clone()).or_default();
            entry.last_seq += 1;
            let event = LoggedEvent {
                event_id,
                kind: kind.to_owned(),
                payload: payload.clone(),
                room: room.filter(|_| streams.first() == Some(stream)).cloned(),
                ..super::events::event(stream, entry.last_seq)
            };
            entry.events.push(event.clone());
            event
        };
        streams.iter().map(commit).collect()
    }

    /// The database goes away, or comes back.
    pub(super) fn fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }

    /// Forgets what retention would.
    pub(super) fn cut_before(&self, stream: &StreamId, first_kept: u64) {
        let mut streams = self.streams.lock().unwrap();
        let stored = streams.get_mut(stream).unwrap();
        stored.first_kept = first_kept;
        stored.events.retain(|event| event.seq >= first_kept);
    }

    /// Another log takes its place, as when a backup is restored.
    pub(super) fn replace(&self, stream: &StreamId) {
        let mut streams = self.streams.lock().unwrap();
        streams.entry(stream.clone()).or_default().epoch = Some(Uuid::from_u128(0xbad));
    }

    /// How often the log was asked.
    pub(super) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    fn asked(&self) -> Result<(), StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.failing.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the test says so".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn positions(&self, streams: &[StreamId]) -> Result<Vec<StreamPosition>, StoreError> {
        self.asked()?;
        let mut stored = self.streams.lock().unwrap();
        let position = |stream: &StreamId| {
            let entry = stored.entry(stream.clone()).or_default();
            StreamPosition {
                stream: stream.clone(),
                epoch: entry.epoch.unwrap_or(EPOCH),
                last_seq: entry.last_seq,
                first_kept: entry.first_kept.max(1),
            }
        };
        Ok(streams.iter().map(position).collect())
    }

    async fn after(
        &self,
        stream: &StreamId,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        self.asked()?;
        let stored = self.streams.lock().unwrap();
        let events = stored
            .get(stream)
            .into_iter()
            .flat_map(|stored| &stored.events);
        Ok(events
            .filter(|event| event.seq > seq)
            .take(limit as usize)
            .cloned()
            .collect())
    }
}
