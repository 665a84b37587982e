//! How a socket whose user is known joins: the hub, the streams, the greeting, what it missed.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shared_kernel::{Actor, LoggedEvent, StreamPosition};
use tokio::time::{Instant, timeout};

use super::NATIVE;
use super::session::{Joined, Socket};
use crate::auth::Session;
use crate::realtime::close::CloseReason;
use crate::realtime::dialect::{Dialect as _, LoggedFrame, Outgoing};
use crate::realtime::join::{Resync, missed, resume_from, rooms_of, streams_of};
use crate::realtime::measures;
use crate::realtime::place::Place;

/// Longer than any token should live, and far from what a timer can count.
const LONGEST_SESSION: Duration = Duration::from_hours(365 * 24);

impl Socket {
    pub(super) async fn join(
        &mut self,
        session: Session,
        after: Option<String>,
    ) -> Result<Joined, CloseReason> {
        let expires = self.expiry(&session)?;
        let actor = session.actor;
        let streams = streams_of(&actor.id, actor.role);
        let rooms = rooms_of(&actor.id, actor.role);
        // In the hub before the log is asked, so that nothing falls between.
        self.registration
            .identify(
                actor.id.clone(),
                streams.clone(),
                rooms,
                self.gateway.user_cap(),
            )
            .map_err(|_| CloseReason::TooManyConnections)?;
        let gateway = Arc::clone(&self.gateway);
        let followed = self.within(gateway.relay.follow(streams)).await?;
        let (following, positions) = followed.map_err(|_| CloseReason::Unavailable)?;
        let most = gateway.settings.replay_events;
        let resumed = after
            .map(|cursor| resume_from(&cursor, &positions, most))
            .transpose();
        let recovered = matches!(resumed, Ok(Some(_)));
        let (mut place, refused) = match resumed {
            Ok(place) => (place.unwrap_or_else(|| Place::at_end(&positions)), None),
            Err(resync) => (Place::at_end(&positions), Some(resync)),
        };
        self.greet(&actor, &place, recovered).await?;
        if let Some(resync) = refused {
            self.refuse_resume(resync, &place).await?;
        }
        if recovered {
            self.replay(&mut place, &positions).await?;
        }
        Ok(Joined {
            actor,
            expires,
            place,
            _following: following,
        })
    }

    async fn greet(
        &mut self,
        actor: &Actor,
        place: &Place,
        recovered: bool,
    ) -> Result<(), CloseReason> {
        let cursor = place.cursor();
        let data = json!({
            "userId": actor.id.as_str(),
            "socketId": self.connection.socket_id,
            "cursor": cursor,
            "recovered": recovered,
        });
        self.text(NATIVE.complete(&NATIVE.head("connected", &data), &cursor))
            .await
    }

    /// Tells the client to load everything anew, and from where it then follows on.
    pub(super) async fn refuse_resume(
        &mut self,
        resync: Resync,
        place: &Place,
    ) -> Result<(), CloseReason> {
        measures::resumed(resync.word());
        let cursor = place.cursor();
        let data = json!({"reason": resync.word(), "cursor": cursor});
        self.text(NATIVE.complete(&NATIVE.head("resyncRequired", &data), &cursor))
            .await
    }

    /// Sends what lies between a place and the positions.
    pub(super) async fn replay(
        &mut self,
        place: &mut Place,
        positions: &[StreamPosition],
    ) -> Result<(), CloseReason> {
        let gateway = Arc::clone(&self.gateway);
        let events = self
            .within(missed(gateway.relay.log(), place, positions))
            .await?;
        let events = events.map_err(|_| CloseReason::Unavailable)?;
        measures::resumed("recovered");
        for places in events.chunk_by(|one, next| one.event_id == next.event_id) {
            let logged =
                |event: &LoggedEvent| Outgoing::Logged(Arc::new(LoggedFrame::new(&NATIVE, event)));
            let batch: Vec<_> = places.iter().map(logged).collect();
            for frame in place.frames(&NATIVE, &batch) {
                self.text(frame).await?;
            }
        }
        Ok(())
    }

    /// When a session ends, with the leeway the verifier grants.
    pub(super) fn expiry(&self, session: &Session) -> Result<Instant, CloseReason> {
        let left = session.expires_at - self.gateway.clock.now();
        let leeway = self.gateway.settings.expiry_leeway;
        let left = match left.to_std() {
            Ok(left) => left.min(LONGEST_SESSION) + leeway,
            Err(_) => leeway
                .checked_sub((-left).to_std().unwrap_or(Duration::MAX))
                .unwrap_or_default(),
        };
        if left.is_zero() {
            return Err(CloseReason::Unauthorized("token_expired"));
        }
        Ok(Instant::now() + left)
    }

    /// Waits for the log, for a limited time, and gives way to a close.
    pub(super) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, CloseReason> {
        tokio::select! {
            biased;
            reason = self.connection.outbox.closed() => Err(reason),
            done = timeout(self.gateway.settings.join_wait, work) =>
                done.map_err(|_| CloseReason::Unavailable),
        }
    }
}
