//! A session on HTTP long-polling: its task. Requests reach it from any worker, one at a time.

use std::convert::Infallible;
use std::future::pending;

use bytestring::ByteString;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use super::core::Core;
use super::sessions::{Handover, Request};
use super::{EngineSession, EngineSettings, Frame, packets};
use crate::close::CloseReason;
use crate::deadline::after;

const CLOSE: Frame = Frame::Packet(ByteString::from_static("1"));
const NOOP: Frame = Frame::Packet(ByteString::from_static("6"));

/// How a session leaves its polling task.
enum End<S> {
    Closed(CloseReason),
    TakenOver(oneshot::Sender<Handover<S>>),
}

impl<S> From<CloseReason> for End<S> {
    fn from(reason: CloseReason) -> Self {
        Self::Closed(reason)
    }
}

/// A session on polling.
pub(super) struct Polling<S> {
    core: Box<Core<S>>,
    requests: mpsc::Receiver<Request<S>>,
    /// What waits for a poll.
    waiting: Vec<Frame>,
    /// The poll under way.
    poll: Option<oneshot::Sender<String>>,
    /// A WebSocket has probed; polls are only let go until it takes over or fails.
    upgrading: bool,
    /// When to let the poll under way go.
    noop_due: Option<Instant>,
}

impl<S: EngineSession> Polling<S> {
    pub(super) fn new(core: Core<S>, requests: mpsc::Receiver<Request<S>>) -> Self {
        Self {
            core: Box::new(core),
            requests,
            waiting: Vec::new(),
            poll: None,
            upgrading: false,
            noop_due: None,
        }
    }

    /// Serves the session until it ends or a WebSocket takes over.
    pub(super) async fn run(mut self) {
        let Err(end) = self.serve().await;
        match end {
            End::TakenOver(reply) => {
                self.core.seat.use_websocket();
                // The poll under way, if any, is refused by being dropped.
                let Self { core, waiting, .. } = self;
                // A WebSocket that is gone takes the session with it.
                let _ = reply.send(Handover { core, waiting });
            }
            End::Closed(reason) => {
                self.core.app.on_close(&reason);
                self.say_goodbye(&reason).await;
            }
        }
    }

    async fn serve(&mut self) -> Result<Infallible, End<S>> {
        loop {
            self.answer();
            let wants = self.poll.is_some() && !self.upgrading;
            let (core, poll) = (&mut self.core, &mut self.poll);
            let noop_due = self.noop_due.filter(|_| poll.is_some());
            tokio::select! {
                biased;
                () = sleep_until(core.heartbeat.due()) => {
                    let ping = core.beat()?;
                    self.waiting.push(ping);
                }
                () = at(noop_due) => self.reply(&[NOOP]),
                () = hung_up(poll) => return Err(CloseReason::Gone.into()),
                request = self.requests.recv() => {
                    // The sender lives as long as the seat, unless the session was forgotten.
                    let request = request.ok_or(CloseReason::Protocol)?;
                    self.requested(request).await?;
                }
                frames = next(&mut core.app, wants) => self.waiting.extend(frames?),
            }
        }
    }

    async fn requested(&mut self, request: Request<S>) -> Result<(), End<S>> {
        match request {
            Request::Poll(reply) => self.polled(reply)?,
            Request::Packets(packets) => {
                for packet in packets {
                    self.core.received(packet, &mut self.waiting).await?;
                    self.check_waiting()?;
                }
            }
            Request::Probe(reply) => {
                // Only one WebSocket at a time; the others are refused by the drop.
                if !self.upgrading && reply.send(()).is_ok() {
                    self.upgrading = true;
                    self.noop_due = Some(self.noop_time());
                }
            }
            Request::AbortUpgrade => (self.upgrading, self.noop_due) = (false, None),
            Request::TakeOver(reply) => return Err(End::TakenOver(reply)),
        }
        Ok(())
    }

    fn polled(&mut self, reply: oneshot::Sender<String>) -> Result<(), CloseReason> {
        if self.core.is_given_up() {
            return Err(CloseReason::PingTimeout);
        }
        if self.poll.is_some() {
            // Two polls at once would part what belongs together: the session is lost.
            self.core.seat.leave();
            self.reply(&[CLOSE]);
            return Err(CloseReason::Gone);
        }
        self.poll = Some(reply);
        if self.upgrading {
            self.noop_due = Some(self.noop_time());
        }
        Ok(())
    }

    fn noop_time(&self) -> Instant {
        after(Instant::now(), self.core.settings.upgrade_check)
    }

    /// Answers the poll under way with what waits.
    fn answer(&mut self) {
        if self.poll.is_some() && !self.upgrading && !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            self.reply(&waiting);
        }
    }

    fn reply(&mut self, frames: &[Frame]) {
        self.noop_due = None;
        if let Some(poll) = self.poll.take() {
            // A client that hung up in this moment is noticed by its silence.
            let _ = poll.send(packets::payload(frames));
        }
    }

    fn check_waiting(&self) -> Result<(), CloseReason> {
        let settings: &EngineSettings = &self.core.settings;
        let bytes: usize = self.waiting.iter().map(Frame::size).sum();
        if self.waiting.len() > settings.max_waiting_frames || bytes > settings.max_waiting_bytes {
            return Err(CloseReason::SlowConsumer);
        }
        Ok(())
    }

    /// Lets the client know by the poll under way, or by the next one if it comes soon.
    async fn say_goodbye(mut self, reason: &CloseReason) {
        let (last, wait) = match reason {
            CloseReason::Gone | CloseReason::PingTimeout => return,
            CloseReason::Normal => (vec![NOOP], self.core.settings.overtaken_wait),
            _ => {
                let mut last = std::mem::take(&mut self.waiting);
                last.push(CLOSE);
                (last, self.core.settings.close_wait)
            }
        };
        if self.poll.is_none() {
            let requests = &mut self.requests;
            let next_poll = async {
                while let Some(request) = requests.recv().await {
                    if let Request::Poll(reply) = request {
                        return Some(reply);
                    }
                }
                None
            };
            self.poll = timeout(wait, next_poll).await.ok().flatten();
        }
        self.core.seat.leave();
        self.reply(&last);
    }
}

/// What the app sends next, or why it ends while nothing is wanted.
async fn next<S: EngineSession>(app: &mut S, wanted: bool) -> Result<Vec<Frame>, CloseReason> {
    if wanted {
        app.next().await
    } else {
        Err(app.ended().await)
    }
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => pending().await,
    }
}

async fn hung_up(poll: &mut Option<oneshot::Sender<String>>) {
    match poll {
        Some(poll) => poll.closed().await,
        None => pending().await,
    }
}
