//! From the event log to the hub.
//!
//! Committed events are delivered at once by the thread that committed them
//! ([`RelayHandle::committed`]); other instances only say which numbers there are
//! ([`RelayHandle::nudge`]). Either may be late, doubled, out of order or lost: the `Tracker`
//! orders them. One task per process reads holes from the log, and every few seconds compares all
//! followed streams with it (`task`, asked by `commands`). A database that does not answer delays
//! events and loses none.

mod commands;
mod delivery;
mod settings;
mod task;

use std::sync::Arc;

use shared_kernel::{Clock, EventLog, LoggedEvent, StreamId, StreamPosition};
use tokio::sync::{Notify, mpsc, oneshot};

use self::commands::{Command, FollowRequest};
use self::delivery::Delivery;
pub use self::settings::RelaySettings;
use self::task::Relay;
use crate::hub::Hub;

/// The relay is gone: the server is stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the relay of live events has stopped")]
pub(crate) struct RelayStopped;

/// Speaks to the relay. Never waits, except where it says so.
#[derive(Clone)]
pub struct RelayHandle {
    delivery: Arc<Delivery>,
    commands: mpsc::UnboundedSender<Command>,
    compare: Arc<Notify>,
    log: Arc<dyn EventLog>,
}

impl RelayHandle {
    /// Starts the relay on the current runtime. It ends when the last handle is dropped and nothing
    /// is followed any more.
    pub fn start(
        log: Arc<dyn EventLog>,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
        settings: RelaySettings,
    ) -> Self {
        let delivery = Arc::new(Delivery::new(hub, clock, &settings));
        let (commands, commanded) = mpsc::unbounded_channel();
        let handle = Self {
            delivery: Arc::clone(&delivery),
            commands,
            compare: Arc::default(),
            log: Arc::clone(&log),
        };
        let relay = Relay::new(log, delivery, settings);
        tokio::spawn(relay.run(commanded, Arc::clone(&handle.compare)));
        handle
    }

    /// Delivers what this process has just committed.
    pub fn committed(&self, events: Vec<LoggedEvent>) {
        self.delivery.offer(events);
    }

    /// Says that other instances have brought these streams to these numbers.
    pub fn nudge(&self, hints: &[(StreamId, u64)]) {
        self.delivery.hint(hints);
    }

    /// Compares every followed stream with the log, soon. For when hints may have been lost.
    pub fn compare_all(&self) {
        self.compare.notify_one();
    }

    /// Follows streams until the answer's guard is dropped. Waits for the log: what it then says
    /// has been written is before, everything else reaches the followers in the hub.
    ///
    /// # Errors
    /// [`RelayStopped`].
    pub(crate) async fn follow(
        &self,
        streams: Vec<StreamId>,
    ) -> Result<(Following, Vec<StreamPosition>), RelayStopped> {
        let (reply, answer) = oneshot::channel();
        let request = FollowRequest {
            streams: streams.clone(),
            reply,
        };
        self.commands
            .send(Command::Follow(request))
            .map_err(|_| RelayStopped)?;
        // Made before the wait, so that giving up the wait gives up the streams.
        let following = Following {
            commands: self.commands.clone(),
            streams,
        };
        Ok((following, answer.await.map_err(|_| RelayStopped)?))
    }

    /// The log, for replays.
    pub(crate) fn log(&self) -> &dyn EventLog {
        self.log.as_ref()
    }
}

/// Streams followed until this is dropped.
pub(crate) struct Following {
    commands: mpsc::UnboundedSender<Command>,
    streams: Vec<StreamId>,
}

impl Following {
    /// Gives one of them up.
    pub(crate) fn give_up(&mut self, stream: &StreamId) {
        let given_up: Vec<_> = self.streams.extract_if(.., |one| one == stream).collect();
        if !given_up.is_empty() {
            let _ = self.commands.send(Command::Unfollow(given_up));
        }
    }

    /// Whether none is left.
    pub(crate) fn is_over(&self) -> bool {
        self.streams.is_empty()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // When the relay is gone there is nothing to stop following.
        let _ = self
            .commands
            .send(Command::Unfollow(std::mem::take(&mut self.streams)));
    }
}
