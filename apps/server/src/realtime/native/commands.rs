//! What clients may ask. To add an event: an arm in [`Socket::carry_out`] and a method beside it.

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::NATIVE;
use super::frames::{ClientFrame, EventRefused};
use super::session::{Joined, Opening, Socket, Step};
use crate::auth::Session;
use crate::realtime::close::CloseReason;
use crate::realtime::dialect::Dialect as _;
use crate::realtime::flood::Verdict;
use crate::realtime::join::resume_from;

/// A replay reads the log, so it counts as this many events.
const RESUME_COST: u32 = 10;

#[derive(Deserialize)]
struct Auth {
    token: String,
    after: Option<String>,
}

#[derive(Deserialize)]
struct Resume {
    after: String,
}

impl Socket {
    /// Learns who the client is: from the handshake, else from a first `auth` frame in time.
    pub(super) async fn authenticate(
        &mut self,
        opening: Opening,
    ) -> Result<(Session, Option<String>), CloseReason> {
        if let Some(token) = opening.token {
            return Ok((self.verify(&token)?, opening.after));
        }
        let deadline = Instant::now() + self.gateway.settings.auth_wait;
        loop {
            let Step::Frame(frame) = self.next(deadline, CloseReason::AuthTimeout).await? else {
                continue;
            };
            match frame.event.as_str() {
                "auth" => match serde_json::from_value::<Auth>(frame.data) {
                    Ok(auth) => {
                        let session = self.verify(&auth.token)?;
                        self.answer(frame.id, Ok(Value::Null)).await?;
                        return Ok((session, auth.after.or(opening.after)));
                    }
                    Err(_) => {
                        self.answer(frame.id, Err(EventRefused::BAD_PAYLOAD))
                            .await?;
                    }
                },
                "ping" => self.pong(frame).await?,
                _ => {
                    self.answer(frame.id, Err(EventRefused::NOT_AUTHENTICATED))
                        .await?;
                }
            }
        }
    }

    /// Carries out what a known client asks.
    pub(super) async fn carry_out(
        &mut self,
        joined: &mut Joined,
        frame: ClientFrame,
    ) -> Result<(), CloseReason> {
        match frame.event.as_str() {
            "ping" => self.pong(frame).await,
            "auth" => self.renew(joined, frame).await,
            "resume" => self.resume(joined, frame).await,
            _ => {
                self.answer(frame.id, Err(EventRefused::UNKNOWN_EVENT))
                    .await
            }
        }
    }

    fn verify(&self, token: &str) -> Result<Session, CloseReason> {
        self.gateway
            .verifier
            .authenticate(token)
            .map_err(|refusal| CloseReason::Unauthorized(refusal.code))
    }

    /// For browsers, which cannot send the protocol's own pings.
    async fn pong(&mut self, frame: ClientFrame) -> Result<(), CloseReason> {
        self.text(NATIVE.event("pong", &json!({}))).await?;
        self.answer(frame.id, Ok(Value::Null)).await
    }

    /// Takes a fresh token of the same person, so that the socket need not close with the old one.
    async fn renew(&mut self, joined: &mut Joined, frame: ClientFrame) -> Result<(), CloseReason> {
        let Ok(auth) = serde_json::from_value::<Auth>(frame.data) else {
            return self.answer(frame.id, Err(EventRefused::BAD_PAYLOAD)).await;
        };
        let session = self.verify(&auth.token)?;
        let actor = &joined.actor;
        if session.actor.id != actor.id || session.actor.role != actor.role {
            return self
                .answer(frame.id, Err(EventRefused::IDENTITY_MISMATCH))
                .await;
        }
        joined.expires = self.expiry(&session)?;
        self.answer(frame.id, Ok(Value::Null)).await
    }

    /// Goes back to a cursor and sends again what came after it.
    async fn resume(&mut self, joined: &mut Joined, frame: ClientFrame) -> Result<(), CloseReason> {
        let Ok(Resume { after }) = serde_json::from_value(frame.data) else {
            return self.answer(frame.id, Err(EventRefused::BAD_PAYLOAD)).await;
        };
        match self.meter.count(Instant::now(), RESUME_COST) {
            Verdict::Allowed => {}
            Verdict::Refused => {
                return self
                    .answer(frame.id, Err(EventRefused::TOO_MANY_EVENTS))
                    .await;
            }
            Verdict::Flood => return Err(CloseReason::Flood),
        }
        let gateway = std::sync::Arc::clone(&self.gateway);
        let streams: Vec<_> = joined
            .place
            .numbers()
            .iter()
            .map(|(stream, _)| stream.clone())
            .collect();
        let positions = self.within(gateway.relay.log().positions(&streams)).await?;
        let positions = positions.map_err(|_| CloseReason::Unavailable)?;
        match resume_from(&after, &positions, gateway.settings.replay_events) {
            Ok(place) => {
                joined.place = place;
                self.answer(frame.id, Ok(Value::Null)).await?;
                self.replay(&mut joined.place, &positions).await
            }
            Err(resync) => {
                self.refuse_resume(resync, &joined.place).await?;
                self.answer(frame.id, Err(EventRefused::RESYNC_REQUIRED))
                    .await
            }
        }
    }
}
