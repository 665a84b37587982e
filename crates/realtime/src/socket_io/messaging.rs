//! The product's namespace: the hub's events for Socket.IO clients.

use std::collections::VecDeque;
use std::sync::Arc;

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared_kernel::is_blank;
use sockets::engine_io::{Engine, Frame};
use sockets::socket_io::{
    Accepted, ClientEvent, ConnectRefused, NamespaceApp, NamespaceSession, SocketIo,
    SocketIoSettings, ack,
};
use sockets::{CloseReason, FloodMeter, Verdict, bearer};
use tokio::time::Instant;

use super::dialect::{MESSAGING, NAMESPACE};
use crate::dialect::Dialect as _;
use crate::door::HandshakeRefused;
use crate::door::admission::Admitted;
use crate::gateway::Gateway;
use crate::hub::Registration;
use crate::hub::connection::Connection;
use crate::log::recovery::key_of;
use crate::measures;
use crate::member::{EventRefused, Member, Resume, ack_data};

/// Everybody who speaks Socket.IO.
pub type MessagingEngine = Engine<SocketIo<Messaging>>;

/// Lets Socket.IO clients through a gateway. One engine serves all workers: a client's polls may
/// reach any of them.
pub fn messaging_engine(gateway: Arc<Gateway>) -> Arc<MessagingEngine> {
    let socket_io = SocketIoSettings {
        connect_wait: gateway.settings.auth_wait,
        ..SocketIoSettings::default()
    };
    let engine = (&gateway.settings).into();
    Engine::new(SocketIo::new(Messaging { gateway }, socket_io), engine)
}

/// The product's namespace.
pub struct Messaging {
    gateway: Arc<Gateway>,
}

#[derive(Deserialize)]
struct HandshakeQuery {
    token: Option<String>,
}

impl NamespaceApp for Messaging {
    type Session = MessagingSession;

    fn allows(&self, request: &HttpRequest) -> bool {
        self.gateway.allows_origin(request)
    }

    fn open(&self, request: &HttpRequest) -> Result<MessagingSession, actix_web::Error> {
        let gateway = &self.gateway;
        let opened = gateway
            .admit(request)
            .and_then(|admitted| Ok((admitted, register(gateway)?)));
        let (admitted, registration) = opened.map_err(|refused| gateway.answer(refused))?;
        let in_query = || {
            let query = web::Query::<HandshakeQuery>::from_query(request.query_string());
            query
                .ok()?
                .into_inner()
                .token
                .filter(|token| !is_blank(token))
        };
        Ok(MessagingSession {
            token: bearer::in_handshake(request.headers())
                .map(ToOwned::to_owned)
                .or_else(in_query),
            registration,
            member: None,
            gateway: Arc::clone(gateway),
            _admitted: admitted,
        })
    }
}

/// Enters a connection nobody has proved to own yet, so that draining finds it.
fn register(gateway: &Gateway) -> Result<Registration, HandshakeRefused> {
    let connection = Connection::new(&MESSAGING, gateway.settings.outbox);
    let registration = gateway.hub.enter(connection);
    // Draining may have begun since the door was passed.
    if gateway.is_draining() {
        return Err(HandshakeRefused::Unavailable);
    }
    Ok(registration)
}

/// One connection.
pub struct MessagingSession {
    gateway: Arc<Gateway>,
    /// What the handshake showed.
    token: Option<String>,
    /// Set while the client is in the namespace.
    member: Option<Box<Entered>>,
    registration: Registration,
    _admitted: Admitted,
}

struct Entered {
    member: Member,
    meter: FloodMeter,
}

fn unauthorized(code: &str) -> ConnectRefused {
    told("unauthorized", code)
}

fn told(message: &'static str, code: &str) -> ConnectRefused {
    let data = Some(json!({"code": code}));
    ConnectRefused::Told { message, data }
}

/// A blank text is as good as none.
fn take_text(auth: &mut Map<String, Value>, name: &str) -> Option<String> {
    match auth.remove(name) {
        Some(Value::String(text)) if !is_blank(&text) => Some(text),
        _ => None,
    }
}

impl NamespaceSession for MessagingSession {
    fn serves(&self, namespace: &str) -> bool {
        namespace == NAMESPACE
    }

    async fn on_connect(
        &mut self,
        _: &str,
        mut auth: Map<String, Value>,
        out: &mut Vec<Frame>,
    ) -> Result<Accepted, ConnectRefused> {
        let token = take_text(&mut auth, "token").or_else(|| self.token.clone());
        let token = token.ok_or_else(|| unauthorized("unauthorized"))?;
        let verified = self.gateway.ports.verifier.authenticate(&token);
        let session = verified.map_err(|refusal| unauthorized(refusal.code))?;
        let (pid, offset) = (take_text(&mut auth, "pid"), take_text(&mut auth, "offset"));
        let resume = pid.map_or(Resume::Fresh, |key| Resume::Recover { key, offset });
        let joined = Member::join(&self.gateway, &mut self.registration, session, resume).await;
        let (member, arrival) = joined.map_err(|reason| match reason {
            CloseReason::Unauthorized(code) => unauthorized(code),
            CloseReason::TooManyConnections => told(reason.word(), reason.word()),
            reason => ConnectRefused::Closed(reason),
        })?;
        // Both are the same again for a client that has recovered.
        let accepted = Accepted {
            sid: member.session().socket_id(),
            pid: Some(key_of(member.session(), member.place.key())),
        };
        out.extend(member.greeting(arrival).into_iter().map(Frame::Packet));
        let settings = &self.gateway.settings;
        let (per_second, burst) = (settings.events_per_second, settings.event_burst);
        let meter = FloodMeter::new(per_second, burst, Instant::now());
        self.member = Some(Box::new(Entered { member, meter }));
        Ok(accepted)
    }

    async fn on_event(
        &mut self,
        _: &str,
        event: ClientEvent,
        verdict: Verdict,
        out: &mut Vec<Frame>,
    ) -> Result<(), CloseReason> {
        let Some(entered) = self.member.as_deref_mut() else {
            return Err(CloseReason::Protocol);
        };
        let outcome = if verdict != Verdict::Allowed {
            Err(EventRefused::TOO_MANY_EVENTS)
        } else if !event.attachments.is_empty() {
            Err(EventRefused::BINARY)
        } else {
            let Entered { member, meter } = entered;
            let data = event.args.into_iter().next().unwrap_or(Value::Null);
            let registration = &mut self.registration;
            let answer = member
                .carry_out(registration, meter, &event.name, data)
                .await?;
            out.extend(answer.frames.into_iter().map(Frame::Packet));
            answer_ack(event.ack, &answer.outcome, out);
            return Ok(());
        };
        if let Err(refused) = &outcome {
            let exception = MESSAGING.event("exception", &refused.exception());
            out.push(Frame::Packet(exception));
        }
        answer_ack(event.ack, &outcome, out);
        Ok(())
    }

    fn on_disconnect(&mut self, _: &str) -> Result<(), CloseReason> {
        self.member = None;
        // A new connection: nothing that waits for the old one may reach whoever enters next.
        self.registration = register(&self.gateway).map_err(|_| CloseReason::Restart)?;
        Ok(())
    }

    async fn next(&mut self) -> Result<Vec<Frame>, CloseReason> {
        let Some(entered) = self.member.as_deref_mut() else {
            return Err(self.registration.connection().outbox.closed().await);
        };
        let member = &mut entered.member;
        if !member.has_backlog() {
            let connection = Arc::clone(&member.connection);
            tokio::select! {
                biased;
                reason = member.ended() => return Err(reason),
                () = connection.outbox.filled() => {}
            }
        }
        Ok(member.frames()?.into_iter().map(Frame::Packet).collect())
    }

    async fn ended(&mut self) -> CloseReason {
        match self.member.as_deref_mut() {
            Some(entered) => entered.member.ended().await,
            None => self.registration.connection().outbox.closed().await,
        }
    }

    fn on_close(&mut self, reason: &CloseReason) {
        measures::closed(reason);
        self.member = None;
        self.registration.connection().outbox.close(reason.clone());
        self.registration.forget_user();
    }
}

fn answer_ack(id: Option<i64>, outcome: &Result<Value, EventRefused>, out: &mut Vec<Frame>) {
    if let Some(id) = id {
        out.extend(ack(NAMESPACE, id, &[ack_data(outcome)], VecDeque::new()));
    }
}
