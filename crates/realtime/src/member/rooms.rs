//! The conversations a member has joined: it hears all their events, until it leaves.
//!
//! What is stored nowhere is addressed to the room. The events of the log stand in a participant's
//! stream, which a member who is no participant follows too, and is shown what belongs to the
//! conversation. What it has joined is kept, so that it is in it again when it comes back.

use std::sync::Arc;

use shared_kernel::{StreamId, StreamPosition, UserId};
use sockets::CloseReason;
use sockets::deadline::after;
use tokio::time::{Instant, timeout};

use super::joined::Joined;
use super::refused::{EventRefused, Failed};
use super::{Member, within};
use crate::hub::Registration;
use crate::hub::rooms::RoomId;
use crate::log::cursor::Attendance;
use crate::log::hearing::Hearing;
use crate::log::join::Resync;
use crate::ports::Conversation;

impl Member {
    /// Joins a conversation; joining twice is joining once.
    pub(super) async fn join_conversation(
        &mut self,
        registration: &mut Registration,
        id: &str,
    ) -> Result<(), Failed> {
        if self.rooms.has(id) {
            return Ok(());
        }
        let asked = self.gateway.ports.conversations.may_join(&self.actor, id);
        let found = within(&self.gateway, &self.connection, asked).await?;
        let found = found.map_err(EventRefused::from)?;
        let conversation = found.ok_or(EventRefused::NOT_FOUND)?;
        if self.rooms.has(&conversation.id) {
            return Ok(());
        }
        registration
            .join(RoomId::Conversation(conversation.id.clone()))
            .map_err(|_| EventRefused::TOO_MANY_ROOMS)?;
        let since = match &conversation.stream {
            Some(stream) => self.hear(registration, stream).await?,
            None => 0,
        };
        let id = conversation.id.clone();
        self.enter(conversation, since);
        let kept = self.keep().await;
        if kept.is_err() {
            self.leave(registration, &id);
        }
        kept
    }

    /// Leaves one; leaving what one is not in changes nothing.
    pub(super) async fn leave_conversation(
        &mut self,
        registration: &mut Registration,
        id: &str,
    ) -> Result<(), Failed> {
        if self.rooms.has(id) {
            self.leave(registration, id);
        } else if !self.rooms.unkept {
            return Ok(());
        }
        self.keep().await
    }

    /// The rooms that hear it type to somebody: of conversations it has joined and the recipient takes
    /// part in.
    pub(super) fn rooms_with(&self, recipient: &UserId) -> Vec<RoomId> {
        let joined = self.rooms.joined.iter().map(|one| &one.conversation);
        let is_with = |one: &&Conversation| {
            if self.actor.role.is_staff() {
                one.customer == *recipient
            } else {
                one.staff.as_ref().is_none_or(|staff| staff == recipient)
            }
        };
        joined
            .filter(is_with)
            .map(|one| RoomId::Conversation(one.id.clone()))
            .collect()
    }

    fn enter(&mut self, conversation: Conversation, since: u64) {
        if let Some(hearing) = self.place.hearing_mut() {
            hearing.join(conversation.id.clone(), since);
        }
        self.rooms.joined.push(Joined {
            conversation,
            since,
        });
    }

    /// Follows a stream from now on, if it does not yet; answers the number it stands at.
    async fn hear(
        &mut self,
        registration: &mut Registration,
        stream: &StreamId,
    ) -> Result<u64, CloseReason> {
        if let Some(number) = self.place.number_in(stream) {
            return Ok(number);
        }
        registration.overhear(stream);
        let positions = self.follow(vec![stream.clone()]).await?;
        let number = positions.first().map_or(0, |position| position.last_seq);
        if let Some(hearing) = self.place.hearing_mut() {
            hearing.follow(stream.clone(), number);
        }
        Ok(number)
    }

    async fn follow(&mut self, streams: Vec<StreamId>) -> Result<Vec<StreamPosition>, CloseReason> {
        let asked = self.gateway.relay.follow(streams);
        let followed = within(&self.gateway, &self.connection, asked).await?;
        let (following, positions) = followed.map_err(|_| CloseReason::Unavailable)?;
        self.rooms.followed.push(following);
        Ok(positions)
    }

    fn leave(&mut self, registration: &mut Registration, id: &str) {
        registration.leave(&RoomId::Conversation(id.to_owned()));
        self.rooms.joined.retain(|one| one.conversation.id != id);
        let Some(hearing) = self.place.hearing_mut() else {
            return;
        };
        hearing.leave(id);
        let rooms = &mut self.rooms;
        let heard = hearing.streams().iter().map(|(stream, _)| stream.clone());
        for stream in heard.collect::<Vec<_>>() {
            if rooms.since(&stream).is_none() {
                hearing.unfollow(&stream);
                registration.stop_overhearing(&stream);
                for following in &mut rooms.followed {
                    following.give_up(&stream);
                }
            }
        }
        rooms.followed.retain(|following| !following.is_over());
    }

    /// Leaves all it has joined.
    pub(super) fn leave_all(&mut self, registration: &mut Registration) {
        for (id, _) in self.rooms.kept() {
            self.leave(registration, &id);
        }
    }

    async fn keep(&mut self) -> Result<(), Failed> {
        self.rooms.unkept = true;
        let (session, joined) = (self.session.as_text(), self.rooms.kept());
        let conversations = &self.gateway.ports.conversations;
        let asked = conversations.keep_joined(&session, &self.actor.id, &joined);
        let kept = within(&self.gateway, &self.connection, asked).await?;
        kept.map_err(EventRefused::from)?;
        self.rooms.unkept = false;
        self.renew_later();
        Ok(())
    }

    fn renew_later(&mut self) {
        let settings = &self.gateway.settings;
        // Sockets that came together, after a restart, do not all speak up together.
        let apart = u32::from(self.session.as_bytes().first().copied().unwrap_or_default());
        let wait = settings
            .joined_renewal
            .saturating_add(settings.joined_renewal.saturating_mul(apart) / 256);
        let is_in_any = !self.rooms.joined.is_empty();
        self.rooms.renew_at = is_in_any.then(|| after(Instant::now(), wait));
    }

    /// Says that it is still here, when that is due: what it has joined is kept for a time only.
    pub(super) fn renew_joined(&mut self) {
        if self.rooms.renew_at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        self.renew_later();
        let (gateway, user) = (Arc::clone(&self.gateway), self.actor.id.clone());
        let (session, joined) = (self.session.as_text(), self.rooms.kept());
        // By itself: the client goes on being served meanwhile.
        tokio::spawn(async move {
            let conversations = &gateway.ports.conversations;
            let renewed = conversations.renew_joined(&session, &user, &joined);
            let renewed = timeout(gateway.settings.join_wait, renewed).await;
            if !matches!(renewed, Ok(Ok(()))) {
                tracing::debug!(%user, "what a socket has joined was not renewed, which will be tried again");
            }
        });
    }

    /// Joins again what its session had joined, as far as it still may; answers where the streams of
    /// others stand that it hears so, or why it has to load everything anew: its cursor says that it
    /// had joined something, and nobody knows what.
    pub(super) async fn rejoin(
        &mut self,
        registration: &mut Registration,
    ) -> Result<Result<Vec<StreamPosition>, Resync>, CloseReason> {
        let session = self.session.as_text();
        let conversations = &self.gateway.ports.conversations;
        let asked = conversations.kept_joined(&session, &self.actor.id);
        let kept = within(&self.gateway, &self.connection, asked).await?;
        let Some(kept) = kept.map_err(|_| CloseReason::Unavailable)? else {
            let is_forgotten = self.place.said().joined;
            return Ok(if is_forgotten {
                Err(Resync::Expired)
            } else {
                Ok(Vec::new())
            });
        };
        let before = kept.len();
        for (id, since) in kept {
            let asked = self.gateway.ports.conversations.may_join(&self.actor, &id);
            let found = within(&self.gateway, &self.connection, asked).await?;
            let found = found.map_err(|_| CloseReason::Unavailable)?;
            let room = RoomId::Conversation(id);
            if let Some(conversation) = found
                && registration.join(room).is_ok()
            {
                self.enter(conversation, since);
            }
        }
        self.renew_later();
        if self.rooms.joined.len() < before {
            // A right that was lost and comes back is asked for by joining again.
            self.keep().await.map_err(|failed| match failed {
                Failed::Close(reason) => reason,
                Failed::Refused(_) => CloseReason::Unavailable,
            })?;
        }
        self.follow_joined(registration).await.map(Ok)
    }

    /// Follows the streams of others that what it has joined again needs, after what its cursor said;
    /// answers where they stand.
    async fn follow_joined(
        &mut self,
        registration: &mut Registration,
    ) -> Result<Vec<StreamPosition>, CloseReason> {
        let mut streams: Vec<_> = self
            .rooms
            .joined
            .iter()
            .filter_map(|one| one.conversation.stream.clone())
            .filter(|stream| !self.place.follows(stream))
            .collect();
        streams.sort_unstable();
        streams.dedup();
        if streams.is_empty() {
            return Ok(Vec::new());
        }
        for stream in &streams {
            registration.overhear(stream);
        }
        let positions = self.follow(streams.clone()).await?;
        let said = self.place.said().clone();
        for stream in streams {
            let number = self.number_after(&said, &stream);
            if let Some(hearing) = self.place.hearing_mut() {
                hearing.follow(stream, number);
            }
        }
        Ok(positions)
    }

    /// The streams of others it hears.
    pub(super) fn heard_streams(&self) -> Vec<StreamId> {
        let heard = self.place.hearing().map_or(&[][..], Hearing::streams);
        heard.iter().map(|(stream, _)| stream.clone()).collect()
    }

    /// What it hears now, after what a cursor said of it.
    pub(super) fn heard_again(&self, said: &Attendance) -> Hearing {
        let mut hearing = Hearing::new(self.actor.id.clone(), self.session);
        for one in &self.rooms.joined {
            hearing.join(one.conversation.id.clone(), one.since);
        }
        for stream in self.heard_streams() {
            let number = self.number_after(said, &stream);
            hearing.follow(stream, number);
        }
        hearing
    }

    fn number_after(&self, said: &Attendance, stream: &StreamId) -> u64 {
        let since = self.rooms.since(stream).unwrap_or_default();
        said.number(stream).unwrap_or_default().max(since)
    }
}
