//! The task: its loop, its reads of the log, and what it does with their answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{EventLog, LoggedEvent, StoreError, StreamId, StreamPosition};
use sockets::CloseReason;
use sockets::deadline::after;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use uuid::Uuid;

use super::commands::{Command, FollowRequest};
use super::delivery::Delivery;
use super::settings::RelaySettings;
use crate::log::outage::Outage;
use crate::log::tracker::Gap;
use crate::measures;

/// Holes read at the same time; more would take the pool from the requests.
const MAX_GAP_READS: usize = 4;
/// A read that has not come back is tried again after this.
const READ_LOST: Duration = Duration::from_secs(30);

/// A read of the log that came back.
enum Read {
    Joined(Vec<FollowRequest>, Vec<StreamPosition>),
    Compared(Vec<StreamPosition>),
    Page(Gap, Result<Vec<LoggedEvent>, StoreError>),
}

#[derive(Default)]
struct Followed {
    connections: usize,
    epoch: Option<Uuid>,
}

pub(super) struct Relay {
    log: Arc<dyn EventLog>,
    delivery: Arc<Delivery>,
    settings: RelaySettings,
    outage: Arc<Outage>,
    followed: HashMap<StreamId, Followed>,
    joining: Vec<FollowRequest>,
    join_read: bool,
    compare_read: bool,
    /// The comparison under way began before what it is to find.
    compare_again: bool,
    gap_reads: usize,
    reads: JoinSet<Read>,
}

impl Relay {
    pub(super) fn new(
        log: Arc<dyn EventLog>,
        delivery: Arc<Delivery>,
        settings: RelaySettings,
    ) -> Self {
        Self {
            outage: Arc::new(Outage::new(settings.retry_from, settings.retry_to)),
            followed: HashMap::new(),
            joining: Vec::new(),
            join_read: false,
            compare_read: false,
            compare_again: false,
            gap_reads: 0,
            reads: JoinSet::new(),
            log,
            delivery,
            settings,
        }
    }

    pub(super) async fn run(
        mut self,
        mut commanded: mpsc::UnboundedReceiver<Command>,
        compare: Arc<Notify>,
    ) {
        let every = self.settings.compare_every;
        let mut tick = interval_at(after(Instant::now(), every), every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let next = self.delivery.tracker().next_due();
            let gap_due = next.filter(|_| self.gap_reads < MAX_GAP_READS);
            tokio::select! {
                command = commanded.recv() => {
                    let Some(command) = command else { return };
                    self.on_command(command);
                    // A storm of reconnecting clients shares one read.
                    while let Ok(command) = commanded.try_recv() {
                        self.on_command(command);
                    }
                    self.read_for_joining();
                }
                Some(read) = self.reads.join_next(), if !self.reads.is_empty() => match read {
                    Ok(read) => self.on_read(read),
                    Err(error) => self.on_lost_read(&error),
                },
                () = compare.notified() => {
                    self.compare_again = self.compare_read;
                    self.read_for_comparing();
                }
                // Looks again when the next is due.
                () = self.delivery.gap() => {}
                _ = tick.tick() => self.read_for_comparing(),
                () = async { sleep_until(gap_due.unwrap_or_else(Instant::now)).await },
                    if gap_due.is_some() => self.read_gaps(),
            }
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Follow(request) => {
                for stream in &request.streams {
                    self.followed.entry(stream.clone()).or_default().connections += 1;
                    self.delivery.tracker().follow(stream.clone());
                }
                self.joining.push(request);
            }
            Command::Unfollow(streams) => {
                for stream in streams {
                    let Some(followed) = self.followed.get_mut(&stream) else {
                        continue;
                    };
                    followed.connections = followed.connections.saturating_sub(1);
                    if followed.connections == 0 {
                        self.followed.remove(&stream);
                        self.delivery.tracker().forget(&stream);
                    }
                }
            }
        }
    }

    /// One read at a time for those who join; who comes meanwhile waits for the next.
    fn read_for_joining(&mut self) {
        self.joining.retain(|request| !request.reply.is_closed());
        if self.join_read || self.joining.is_empty() {
            return;
        }
        self.join_read = true;
        let (log, outage) = (Arc::clone(&self.log), Arc::clone(&self.outage));
        let requests = std::mem::take(&mut self.joining);
        self.reads.spawn(async move {
            let mut streams: Vec<_> = requests
                .iter()
                .flat_map(|request| request.streams.iter().cloned())
                .collect();
            streams.sort_unstable();
            streams.dedup();
            let positions = outage.positions(&*log, &streams).await;
            Read::Joined(requests, positions)
        });
    }

    fn read_for_comparing(&mut self) {
        measures::queued_bytes(self.delivery.hub().queued_bytes());
        if self.compare_read || self.followed.is_empty() {
            return;
        }
        self.compare_read = true;
        let (log, outage) = (Arc::clone(&self.log), Arc::clone(&self.outage));
        let streams: Vec<_> = self.delivery.tracker().followed().cloned().collect();
        self.reads
            .spawn(async move { Read::Compared(outage.positions(&*log, &streams).await) });
    }

    fn read_gaps(&mut self) {
        let now = Instant::now();
        let free = MAX_GAP_READS.saturating_sub(self.gap_reads);
        let mut due = self.delivery.tracker().due(now);
        due.truncate(free);
        for gap in due {
            let mut tracker = self.delivery.tracker();
            tracker.defer(&gap.stream, after(now, READ_LOST));
            drop(tracker);
            self.gap_reads += 1;
            let (log, page) = (Arc::clone(&self.log), self.settings.page);
            self.reads.spawn(async move {
                let events = log.after(&gap.stream, gap.after, page).await;
                Read::Page(gap, events)
            });
        }
    }

    fn on_read(&mut self, read: Read) {
        match read {
            Read::Joined(requests, positions) => {
                self.join_read = false;
                self.on_positions(&positions);
                let by_stream: HashMap<_, _> = positions
                    .iter()
                    .map(|position| (&position.stream, position))
                    .collect();
                for FollowRequest { streams, reply } in requests {
                    let own = streams.iter().filter_map(|stream| by_stream.get(stream));
                    // A connection that gave up has dropped its end.
                    let _ = reply.send(own.map(|position| (*position).clone()).collect());
                }
                self.read_for_joining();
            }
            Read::Compared(positions) => {
                self.compare_read = false;
                self.on_positions(&positions);
                if std::mem::take(&mut self.compare_again) {
                    self.read_for_comparing();
                }
            }
            Read::Page(gap, events) => {
                self.gap_reads = self.gap_reads.saturating_sub(1);
                self.on_page(&gap, events);
            }
        }
    }

    fn on_positions(&mut self, positions: &[StreamPosition]) {
        for position in positions {
            let stream = &position.stream;
            let Some(followed) = self.followed.get_mut(stream) else {
                continue;
            };
            let same_epoch = *followed.epoch.get_or_insert(position.epoch) == position.epoch;
            let delivered = self.delivery.tracker().delivered(stream);
            let Some(delivered) = delivered else {
                self.delivery.place(stream, position.last_seq);
                continue;
            };
            if same_epoch && position.first_kept <= delivered + 1 {
                self.delivery.hint(&[(stream.clone(), position.last_seq)]);
            } else {
                // What lies between cannot be had any more: let the clients come back and be told.
                tracing::warn!(%stream, "a followed stream was replaced or cut");
                followed.epoch = Some(position.epoch);
                let mut tracker = self.delivery.tracker();
                tracker.replace(stream, position.last_seq);
                drop(tracker);
                self.delivery
                    .hub()
                    .close_followers(stream, &CloseReason::Restart);
            }
        }
    }

    fn on_page(&mut self, gap: &Gap, events: Result<Vec<LoggedEvent>, StoreError>) {
        let now = Instant::now();
        match events {
            Ok(events) => {
                self.outage.over();
                let released = self.delivery.offer(events);
                let mut tracker = self.delivery.tracker();
                if released == 0 {
                    tracker.found_nothing(gap, now, self.settings.retry_from);
                } else {
                    measures::found_in_log(released);
                    // Where a page was not enough, the next is read soon.
                    tracker.defer(&gap.stream, after(now, self.settings.gap_wait));
                }
            }
            Err(error) => {
                let wait = self.outage.failed(&error);
                let mut tracker = self.delivery.tracker();
                tracker.defer(&gap.stream, after(now, wait));
            }
        }
    }

    /// A read ended without an answer, which is a defect of the store: everything is asked again.
    fn on_lost_read(&mut self, error: &tokio::task::JoinError) {
        tracing::error!(%error, "a read of the event log was lost");
        (self.join_read, self.compare_read, self.gap_reads) = (false, false, 0);
        self.read_for_joining();
    }
}
