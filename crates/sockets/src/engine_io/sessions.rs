//! Sessions by their id, and how requests reach the task of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engineioxide_core::{Packet, Sid};
use tokio::sync::{mpsc, oneshot};

use super::Frame;
use super::core::Core;

/// Requests that may wait for one session's task.
const MAX_REQUESTS: usize = 4;

/// What HTTP requests and upgrades ask of a polling session's task. An answer that is dropped
/// means no.
pub(super) enum Request<S> {
    /// A poll; its answer is a body.
    Poll(oneshot::Sender<String>),
    /// Packets of a POST.
    Packets(Vec<Packet>),
    /// A WebSocket was opened for this session and has sent its probe.
    Probe(oneshot::Sender<()>),
    /// That WebSocket is gone.
    AbortUpgrade,
    /// That WebSocket takes over.
    TakeOver(oneshot::Sender<Handover<S>>),
}

/// A session on its way to another transport, and what it has not sent yet.
pub(super) struct Handover<S> {
    pub(super) core: Box<Core<S>>,
    pub(super) waiting: Vec<Frame>,
}

/// The way to a session.
pub(super) enum Way<S> {
    /// To its polling task.
    Polling(mpsc::Sender<Request<S>>),
    /// It has a WebSocket and takes no other request.
    WebSocket,
}

impl<S> Clone for Way<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Polling(requests) => Self::Polling(requests.clone()),
            Self::WebSocket => Self::WebSocket,
        }
    }
}

/// Every session.
pub(super) struct Sessions<S> {
    ways: Mutex<HashMap<Sid, Way<S>>>,
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self {
            ways: Mutex::default(),
        }
    }
}

impl<S> Sessions<S> {
    fn ways(&self) -> MutexGuard<'_, HashMap<Sid, Way<S>>> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, sid: Sid) -> Option<Way<S>> {
        self.ways().get(&sid).cloned()
    }

    pub(super) fn count(&self) -> usize {
        self.ways().len()
    }

    /// A new session with a WebSocket.
    pub(super) fn enter(self: &Arc<Self>) -> Seat<S> {
        let sid = Sid::new();
        self.ways().insert(sid, Way::WebSocket);
        Seat {
            sessions: Arc::clone(self),
            sid,
        }
    }

    /// Forgets a session at once, before its task does.
    pub(super) fn forget(&self, sid: Sid) {
        self.ways().remove(&sid);
    }
}

/// A session's place among the sessions; dropping it forgets the session.
pub(super) struct Seat<S> {
    sessions: Arc<Sessions<S>>,
    pub(super) sid: Sid,
}

impl<S> Seat<S> {
    /// Requests for this session go to its polling task from now on.
    pub(super) fn use_polling(&self) -> mpsc::Receiver<Request<S>> {
        let (requests, receiver) = mpsc::channel(MAX_REQUESTS);
        self.sessions
            .ways()
            .insert(self.sid, Way::Polling(requests));
        receiver
    }

    /// This session has a WebSocket from now on.
    pub(super) fn use_websocket(&self) {
        // A session that was forgotten meanwhile stays forgotten.
        if let Some(way) = self.sessions.ways().get_mut(&self.sid) {
            *way = Way::WebSocket;
        }
    }

    /// Forgets the session while its task still has to end.
    pub(super) fn leave(&self) {
        self.sessions.forget(self.sid);
    }
}

impl<S> Drop for Seat<S> {
    fn drop(&mut self) {
        self.leave();
    }
}
