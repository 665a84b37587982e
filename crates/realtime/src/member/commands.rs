//! What a known client may ask, whatever it speaks.
//!
//! To add an event: an arm in [`Member::dispatch`] and a method beside it. A dialect only reads
//! the name and the payload, and writes the answer.

use bytestring::ByteString;
use chrono::SecondsFormat;
use serde::Deserialize;
use serde_json::{Value, json};
use shared_kernel::{EntryId, UserId};
use sockets::CloseReason;
use sockets::{FloodMeter, Verdict};
use tokio::time::Instant;

use super::payload::{Flag, Id, payload, token};
use super::refused::{EventRefused, Failed};
use super::{Member, expiry, within};
use crate::hub::Registration;

/// A replay reads the log, so it counts as this many events.
const RESUME_COST: u32 = 10;

/// What a client is told.
pub(crate) struct Answer {
    /// Frames for this connection, in its dialect, to be sent before the ack.
    pub(crate) frames: Vec<ByteString>,
    /// What the ack says, when one was asked for.
    pub(crate) outcome: Result<Value, EventRefused>,
}

type Done = Result<Value, Failed>;

#[derive(Deserialize)]
struct Auth {
    #[serde(deserialize_with = "token")]
    token: String,
}

#[derive(Deserialize)]
struct Resume {
    after: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypingTo {
    recipient_id: Id,
    is_typing: Flag,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageRef {
    message_id: Id,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConversationRef {
    conversation_id: Id,
}

/// An id that could exist: anything else would only be asked of the database in vain.
fn sane_id(Id(id): &Id) -> Result<String, EventRefused> {
    let id = EntryId::typed(id).map_err(|_| EventRefused::BAD_PAYLOAD)?;
    Ok(id.to_string())
}

impl Member {
    /// Carries out what the client asks.
    ///
    /// # Errors
    /// Why the connection is to be closed.
    pub(crate) async fn carry_out(
        &mut self,
        registration: &mut Registration,
        meter: &mut FloodMeter,
        event: &str,
        data: Value,
    ) -> Result<Answer, CloseReason> {
        let mut frames = Vec::new();
        let done = self
            .dispatch(registration, meter, event, data, &mut frames)
            .await;
        let outcome = match done {
            Ok(value) => Ok(value),
            Err(Failed::Refused(refused)) => Err(refused),
            Err(Failed::Close(reason)) => return Err(reason),
        };
        if let Err(refused) = outcome {
            frames.push(
                self.connection
                    .dialect
                    .event("exception", &refused.exception()),
            );
        }
        Ok(Answer { frames, outcome })
    }

    async fn dispatch(
        &mut self,
        registration: &mut Registration,
        meter: &mut FloodMeter,
        event: &str,
        data: Value,
        frames: &mut Vec<ByteString>,
    ) -> Done {
        match event {
            "ping" => Ok(self.pong(frames)),
            "auth" => self.renew(&payload::<Auth>(data)?.token),
            "resume" => {
                self.replay(meter, &payload::<Resume>(data)?.after, frames)
                    .await
            }
            "typing" => self.type_to(payload(data)?).await,
            "markAsRead" => self.mark_as_read(payload(data)?, frames).await,
            "joinConversation" => {
                let ConversationRef { conversation_id } = payload(data)?;
                let id = sane_id(&conversation_id)?;
                self.join_conversation(registration, &id).await?;
                Ok(Value::Null)
            }
            "leaveConversation" => {
                let ConversationRef { conversation_id } = payload(data)?;
                let id = sane_id(&conversation_id)?;
                self.leave_conversation(registration, &id).await?;
                Ok(Value::Null)
            }
            _ => Err(EventRefused::UNKNOWN_EVENT.into()),
        }
    }

    /// For browsers, which cannot send the protocol's own pings.
    fn pong(&self, frames: &mut Vec<ByteString>) -> Value {
        frames.push(self.connection.dialect.event("pong", &json!({})));
        Value::Null
    }

    /// Takes a fresh token of the same person, so that the connection need not close with the old
    /// one.
    fn renew(&mut self, token: &str) -> Done {
        let session = self
            .gateway
            .ports
            .verifier
            .authenticate(token)
            .map_err(|refusal| CloseReason::Unauthorized(refusal.code))?;
        if session.actor.id != self.actor.id || session.actor.role != self.actor.role {
            return Err(EventRefused::IDENTITY_MISMATCH.into());
        }
        self.expires = expiry(&self.gateway, &session)?;
        Ok(Value::Null)
    }

    /// Goes back to a cursor and sends again what came after it.
    async fn replay(
        &mut self,
        meter: &mut FloodMeter,
        after: &str,
        frames: &mut Vec<ByteString>,
    ) -> Done {
        match meter.count(Instant::now(), RESUME_COST) {
            Verdict::Allowed => {}
            Verdict::Refused => return Err(EventRefused::TOO_MANY_EVENTS.into()),
            Verdict::Flood => return Err(CloseReason::Flood.into()),
        }
        match self.resume(after).await? {
            Ok(()) => Ok(Value::Null),
            Err(resync) => {
                frames.push(self.resync_required(resync));
                Err(EventRefused::RESYNC_REQUIRED.into())
            }
        }
    }

    async fn type_to(&mut self, to: TypingTo) -> Done {
        let recipient = UserId::typed(&to.recipient_id.0).map_err(|_| EventRefused::BAD_PAYLOAD)?;
        if !self.typing.knows(&recipient, Instant::now()) {
            let asked = self
                .gateway
                .ports
                .conversations
                .shares_conversation(&self.actor, &recipient);
            let shares = within(&self.gateway, &self.connection, asked).await?;
            if !shares.map_err(EventRefused::from)? {
                return Err(EventRefused::NOT_FOUND.into());
            }
        }
        self.says_typing(&recipient, to.is_typing.0);
        Ok(Value::Null)
    }

    /// Confirms to this connection alone; nothing is stored, as the REST route does that.
    async fn mark_as_read(&self, message: MessageRef, frames: &mut Vec<ByteString>) -> Done {
        let id = sane_id(&message.message_id)?;
        let asked = self
            .gateway
            .ports
            .conversations
            .message_author(&self.actor, &id);
        let author = within(&self.gateway, &self.connection, asked).await?;
        if author.map_err(EventRefused::from)?.is_none() {
            return Err(EventRefused::NOT_FOUND.into());
        }
        let read_at = self
            .gateway
            .ports
            .clock
            .now()
            .to_rfc3339_opts(SecondsFormat::Millis, true);
        let data = json!({"messageId": id, "readAt": read_at});
        frames.push(self.connection.dialect.event("readConfirmation", &data));
        Ok(Value::Null)
    }
}
