//! How a connection comes in: where it begins, or goes on, and what it missed meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;

use shared_kernel::{LoggedEvent, Session, StreamId, StreamPosition};
use sockets::CloseReason;

use super::entry::{Arrival, Resume};
use super::joined::Rooms;
use super::{Member, expiry, within};
use crate::gateway::Gateway;
use crate::hub::Registration;
use crate::log::hearing::Hearing;
use crate::log::join::{Resync, missed, resume_from, rooms_of, streams_of, within_reach};
use crate::log::place::Place;
use crate::log::recovery::session_of;
use crate::log::session::SessionId;
use crate::measures;
use crate::typing::Typing;

/// A cursor to go on after, and the session it is said to be of.
struct Wanted {
    cursor: String,
    session: Option<SessionId>,
}

impl Member {
    /// Joins: the hub first, so that nothing falls between; then the log, then what was missed.
    ///
    /// # Errors
    /// Why the connection is to be closed.
    pub(crate) async fn join(
        gateway: &Arc<Gateway>,
        registration: &mut Registration,
        session: Session,
        resume: Resume,
    ) -> Result<(Self, Arrival), CloseReason> {
        let expires = expiry(gateway, &session)?;
        let actor = session.actor;
        let streams = streams_of(&actor.id, actor.role);
        let rooms = rooms_of(&actor.id, actor.role);
        registration
            .identify(actor.id.clone(), streams.clone(), rooms, gateway.user_cap())
            .map_err(|_| CloseReason::TooManyConnections)?;
        let connection = Arc::clone(registration.connection());
        let followed = within(gateway, &connection, gateway.relay.follow(streams)).await?;
        let (following, positions) = followed.map_err(|_| CloseReason::Unavailable)?;
        let session = SessionId::fresh().map_err(|_| CloseReason::Unavailable)?;
        let mut place = Place::at_end(&positions);
        place.attend(Hearing::new(actor.id.clone(), session));
        let mut member = Self {
            gateway: Arc::clone(gateway),
            connection,
            actor,
            expires,
            place,
            typing: Typing::default(),
            session,
            rooms: Rooms::default(),
            backlog: VecDeque::new(),
            _following: following,
        };
        let arrival = match member.wanted_cursor(resume) {
            None => Arrival::Fresh,
            Some(Err(resync)) => refuse(resync),
            Some(Ok(wanted)) => member.recover(registration, &wanted, &positions).await?,
        };
        Ok((member, arrival))
    }

    fn wanted_cursor(&self, resume: Resume) -> Option<Result<Wanted, Resync>> {
        match resume {
            Resume::Fresh => None,
            Resume::After(cursor) => Some(Ok(Wanted {
                cursor,
                session: None,
            })),
            Resume::Recover { key, offset } => {
                let session = session_of(&key, self.place.key());
                let wanted = offset.filter(|_| session.is_some());
                let wanted = wanted.map(|cursor| Wanted { cursor, session });
                Some(wanted.ok_or(Resync::Foreign))
            }
        }
    }

    /// Goes on with the session a cursor is of: in the conversations it had joined, after what it
    /// had been sent.
    async fn recover(
        &mut self,
        registration: &mut Registration,
        wanted: &Wanted,
        positions: &[StreamPosition],
    ) -> Result<Arrival, CloseReason> {
        let most = self.gateway.settings.replay_events;
        let mut place = match resume_from(&wanted.cursor, positions, most) {
            Ok(place) => place,
            Err(resync) => return Ok(refuse(resync)),
        };
        let session = wanted.session.or(place.said().session);
        let session = session.unwrap_or(self.session);
        place.attend(Hearing::new(self.actor.id.clone(), session));
        let before = (
            std::mem::replace(&mut self.place, place),
            std::mem::replace(&mut self.session, session),
        );
        let rejoined = self.rejoin(registration).await?;
        let heard = rejoined.and_then(|heard| self.reachable(&heard, positions).map(|()| heard));
        let events = match heard {
            Ok(heard) => self.missed(&heard, positions).await?,
            Err(resync) => {
                self.leave_all(registration);
                (self.place, self.session) = before;
                return Ok(refuse(resync));
            }
        };
        self.backlog = events.into();
        measures::resumed("recovered");
        Ok(Arrival::Recovered)
    }

    /// Goes back to a cursor, on a connection that is here already: what came after it is sent
    /// again, of what it has joined too.
    ///
    /// # Errors
    /// Why the connection is to be closed; inside, why it cannot be given what came after.
    pub(crate) async fn resume(&mut self, cursor: &str) -> Result<Result<(), Resync>, CloseReason> {
        let own = self.place.numbers().iter();
        let streams: Vec<_> = own.map(|(stream, _)| stream.clone()).collect();
        let positions = self.positions(&streams).await?;
        let most = self.gateway.settings.replay_events;
        let mut place = match resume_from(cursor, &positions, most) {
            Ok(place) => place,
            Err(resync) => {
                refuse(resync);
                return Ok(Err(resync));
            }
        };
        let heard = self.positions(&self.heard_streams()).await?;
        place.attend(self.heard_again(place.said()));
        let before = std::mem::replace(&mut self.place, place);
        if let Err(resync) = self.reachable(&heard, &positions) {
            self.place = before;
            refuse(resync);
            return Ok(Err(resync));
        }
        self.backlog = self.missed(&heard, &positions).await?.into();
        measures::resumed("recovered");
        Ok(Ok(()))
    }

    async fn positions(&self, streams: &[StreamId]) -> Result<Vec<StreamPosition>, CloseReason> {
        if streams.is_empty() {
            return Ok(Vec::new());
        }
        let asked = self.gateway.relay.log().positions(streams);
        let positions = within(&self.gateway, &self.connection, asked).await?;
        positions.map_err(|_| CloseReason::Unavailable)
    }

    /// Whether all can be given that came after its place, in streams of its own and others.
    fn reachable(&self, heard: &[StreamPosition], own: &[StreamPosition]) -> Result<(), Resync> {
        let (numbers, positions) = self.everywhere(heard, own);
        let most = self.gateway.settings.replay_events;
        within_reach(&numbers, &positions, most)
    }

    async fn missed(
        &self,
        heard: &[StreamPosition],
        own: &[StreamPosition],
    ) -> Result<Vec<LoggedEvent>, CloseReason> {
        let (numbers, positions) = self.everywhere(heard, own);
        let asked = missed(self.gateway.relay.log(), &numbers, &positions);
        let events = within(&self.gateway, &self.connection, asked).await?;
        events.map_err(|_| CloseReason::Unavailable)
    }

    /// Its numbers, and where their streams stand.
    fn everywhere(
        &self,
        heard: &[StreamPosition],
        own: &[StreamPosition],
    ) -> (Vec<(StreamId, u64)>, Vec<StreamPosition>) {
        let of_others = self.place.hearing().map_or(&[][..], Hearing::streams);
        (
            [self.place.numbers(), of_others].concat(),
            [own, heard].concat(),
        )
    }
}

fn refuse(resync: Resync) -> Arrival {
    measures::resumed(resync.word());
    Arrival::Refused(resync)
}
