//! How a client proves who it is, and how its events reach [`Member::carry_out`], which every
//! dialect shares.

use serde::Deserialize;
use serde_json::{Value, json};
use shared_kernel::{Session, is_blank};
use sockets::CloseReason;
use sockets::deadline::after;
use tokio::time::Instant;

use super::NATIVE;
use super::frames::ClientFrame;
use super::session::{Opening, Socket, Step};
use crate::dialect::Dialect as _;
use crate::member::{EventRefused, Member, Resume, payload, token};

#[derive(Deserialize)]
struct Auth {
    #[serde(deserialize_with = "token")]
    token: String,
    after: Option<String>,
}

/// A blank text is as good as none.
fn stated(text: Option<String>) -> Option<String> {
    text.filter(|text| !is_blank(text))
}

impl Socket {
    /// Learns who the client is: from the handshake, else from a first `auth` frame in time.
    pub(super) async fn authenticate(
        &mut self,
        opening: Opening,
    ) -> Result<(Session, Resume), CloseReason> {
        let resume = |after: Option<String>| stated(after).map_or(Resume::Fresh, Resume::After);
        if let Some(token) = stated(opening.token) {
            return Ok((self.verify(&token)?, resume(opening.after)));
        }
        let deadline = after(Instant::now(), self.gateway.settings.auth_wait);
        loop {
            let step = self.next(deadline, CloseReason::AuthTimeout, None).await?;
            let Step::Frame(frame) = step else {
                continue;
            };
            match frame.event.as_str() {
                "auth" => match payload::<Auth>(frame.data) {
                    Ok(auth) => {
                        let session = self.verify(&auth.token)?;
                        self.answer(frame.id, Ok(Value::Null)).await?;
                        return Ok((session, resume(stated(auth.after).or(opening.after))));
                    }
                    Err(refused) => self.answer(frame.id, Err(refused)).await?,
                },
                "ping" => {
                    self.text(NATIVE.event("pong", &json!({}))).await?;
                    self.answer(frame.id, Ok(Value::Null)).await?;
                }
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
        member: &mut Member,
        frame: ClientFrame,
    ) -> Result<(), CloseReason> {
        let asked = member.carry_out(
            &mut self.registration,
            &mut self.meter,
            &frame.event,
            frame.data,
        );
        // Boxed, so that the idle task of every socket stays small.
        let answer = Box::pin(asked).await?;
        for told in answer.frames {
            self.text(told).await?;
        }
        self.ack(frame.id, &answer.outcome).await?;
        self.send_backlog(member).await
    }

    fn verify(&self, token: &str) -> Result<Session, CloseReason> {
        self.gateway
            .ports
            .verifier
            .authenticate(token)
            .map_err(|refusal| CloseReason::Unauthorized(refusal.code))
    }
}
