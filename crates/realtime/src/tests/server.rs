//! A real server on a port of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::error::{ErrorForbidden, ErrorServiceUnavailable, ErrorTooManyRequests};
use actix_web::{App, web};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared_kernel::{
    Actor, Clock, EmailAddress, LoggedEvent, Role, Room, Session, StoreError, StreamId, UserId,
};
use sockets::listener::{Listening, listen};

use super::events::user_stream;
use super::log::MemoryLog;
use super::wait::{WAIT, eventually};
use super::ws_client::WsClient;
use crate::gateway::Gateway;
use crate::hub::{Hub, HubCounts};
use crate::log::{RelayHandle, RelaySettings};
use crate::ports::{Authenticate, Conversation, Conversations, Ports, Refusal};
use crate::settings::RealtimeSettings;
use crate::socket_io::{MessagingEngine, messaging_engine};
use crate::{HandshakeRefused, configure};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

/// Takes tokens such as `staff:7` and `customer:8:250`, the last part being milliseconds to live.
struct Words;

impl Authenticate for Words {
    fn leeway(&self) -> Duration {
        Duration::ZERO
    }

    fn authenticate(&self, token: &str) -> Result<Session, Refusal> {
        let refusal = || Refusal {
            code: "invalid_token",
            message: "not a token".to_owned(),
        };
        let mut words = token.split(':');
        let role = words.next().and_then(Role::parse).ok_or_else(refusal)?;
        let id = UserId::parse(words.next().ok_or_else(refusal)?).map_err(|_| refusal())?;
        let life = words
            .next()
            .map_or(60_000, |millis| millis.parse().unwrap());
        let expires_at = Stopped.now() + TimeDelta::milliseconds(life);
        Ok(Session {
            actor: Actor {
                email: EmailAddress::parse(format!("{id}@shop.example")).ok(),
                name: role.is_staff().then(|| format!("Name of {id}")),
                id,
                role,
            },
            expires_at,
        })
    }
}

/// Everybody talks with those whose id has the same first letter; so do messages (`a1:…` was
/// written by `a1`) and conversations (`a7-…` is `a7`'s, with `a1`; a `…T…` is a ticket).
#[derive(Default)]
pub(super) struct Talks {
    pub(super) joined: Mutex<HashMap<String, BTreeMap<String, u64>>>,
    /// Rights that were taken away.
    pub(super) lost: Mutex<Vec<String>>,
}

fn kin(one: &str, other: &str) -> bool {
    one.chars().next() == other.chars().next()
}

#[async_trait]
impl Conversations for Talks {
    async fn may_join(
        &self,
        actor: &Actor,
        conversation: &str,
    ) -> Result<Option<Conversation>, StoreError> {
        let may = actor.role.is_staff() || kin(actor.id.as_str(), conversation);
        let is_lost = self
            .lost
            .lock()
            .unwrap()
            .iter()
            .any(|one| one == conversation);
        let customer = conversation.split('-').next().unwrap_or_default();
        let customer = UserId::from_stored(customer.to_owned());
        let found = Conversation {
            id: conversation.to_owned(),
            staff: UserId::parse("a1").ok(),
            stream: (!conversation.contains('T')).then(|| StreamId::user(&customer)),
            customer,
        };
        Ok((may && !is_lost).then_some(found))
    }

    async fn keep_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        let key = format!("{session} {user}");
        self.joined.lock().unwrap().insert(key, joined.clone());
        Ok(())
    }

    async fn renew_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        let key = format!("{session} {user}");
        let mut all = self.joined.lock().unwrap();
        all.entry(key).or_insert_with(|| joined.clone());
        Ok(())
    }

    async fn kept_joined(
        &self,
        session: &str,
        user: &UserId,
    ) -> Result<Option<BTreeMap<String, u64>>, StoreError> {
        let key = format!("{session} {user}");
        let joined = self.joined.lock().unwrap();
        Ok(joined.get(&key).cloned())
    }

    async fn shares_conversation(&self, actor: &Actor, other: &UserId) -> Result<bool, StoreError> {
        if other.as_str() == "broken" {
            return Err(StoreError::Unavailable("the test says so".into()));
        }
        Ok(kin(actor.id.as_str(), other.as_str()))
    }

    async fn message_author(
        &self,
        actor: &Actor,
        message: &str,
    ) -> Result<Option<UserId>, StoreError> {
        let author = message.split(':').next().unwrap_or_default();
        Ok(UserId::parse(author)
            .ok()
            .filter(|_| kin(actor.id.as_str(), author)))
    }
}

/// The server's own words are its own matter.
fn answer_refused(refused: HandshakeRefused) -> actix_web::Error {
    match refused {
        HandshakeRefused::Origin => ErrorForbidden(refused),
        HandshakeRefused::TooManyFromAddress => ErrorTooManyRequests(refused),
        HandshakeRefused::Unavailable => ErrorServiceUnavailable(refused),
    }
}

pub(super) fn relay_settings() -> RelaySettings {
    RelaySettings {
        compare_every: Duration::from_millis(200),
        retry_from: Duration::from_millis(10),
        retry_to: Duration::from_millis(50),
        ..RelaySettings::default()
    }
}

/// Where no wait is the subject there is none that a slow machine runs out of.
pub(super) fn settings() -> RealtimeSettings {
    RealtimeSettings {
        auth_wait: WAIT,
        join_wait: WAIT,
        close_wait: WAIT,
        ..RealtimeSettings::default()
    }
}

pub(super) struct TestServer {
    pub(super) log: Arc<MemoryLog>,
    pub(super) talks: Arc<Talks>,
    pub(super) relay: RelayHandle,
    pub(super) gateway: web::Data<Gateway>,
    pub(super) socket_io: web::Data<MessagingEngine>,
    pub(super) url: String,
    pub(super) address: String,
    handle: ServerHandle,
}

impl TestServer {
    pub(super) fn start() -> Self {
        Self::with(settings())
    }

    pub(super) fn with(settings: RealtimeSettings) -> Self {
        Self::over(Arc::default(), Arc::default(), settings)
    }

    /// Another instance over the same log.
    pub(super) fn beside(&self) -> Self {
        Self::over(Arc::clone(&self.log), Arc::clone(&self.talks), settings())
    }

    fn over(log: Arc<MemoryLog>, talks: Arc<Talks>, settings: RealtimeSettings) -> Self {
        let hub = Hub::new();
        let clock = Arc::new(Stopped);
        let relay = RelayHandle::start(log.clone(), hub.clone(), clock.clone(), relay_settings());
        let ports = Ports {
            verifier: Arc::new(Words),
            conversations: Arc::clone(&talks) as Arc<dyn Conversations>,
            clock,
            answer_refused,
        };
        let gateway = web::Data::new(Gateway::new(hub, relay.clone(), ports, settings));
        let socket_io = web::Data::from(messaging_engine(Arc::clone(&gateway)));
        let data = (gateway.clone(), socket_io.clone());
        let listening = Listening {
            address: ([127, 0, 0, 1], 0).into(),
            workers: 1,
            shutdown_seconds: 1,
            most: None,
        };
        let app = move || {
            let (gateway, socket_io) = data.clone();
            let app = App::new().app_data(gateway).app_data(socket_io);
            app.configure(configure)
        };
        let (address, server) = listen(&listening, app).unwrap();
        let address = address.to_string();
        let url = format!("ws://{address}/ws/messaging");
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            log,
            talks,
            relay,
            gateway,
            socket_io,
            url,
            address,
            handle,
        }
    }

    pub(super) async fn connect(&self, token: &str) -> WsClient {
        let mut client = WsClient::connect(&self.url, token).await;
        client.wait_for("connected", WAIT).await;
        client
    }

    /// Commits an event and hands it over, as the store does.
    pub(super) fn publish(&self, streams: &[&StreamId], payload: &Value) -> Vec<LoggedEvent> {
        let events = self.log.commit(streams, "ticket.created", payload);
        self.relay.committed(events.clone());
        events
    }

    /// The same, heard by those who have joined a conversation.
    pub(super) fn publish_in(&self, streams: &[&StreamId], payload: &Value, room: &Room) {
        let events = self
            .log
            .commit_in(streams, "messageSent", payload, Some(room));
        self.relay.committed(events);
    }

    /// Publishes numbered events to one user.
    pub(super) fn publish_numbers(&self, user: &str, numbers: std::ops::RangeInclusive<u64>) {
        for number in numbers {
            self.publish(&[&user_stream(user)], &json!({"n": number}));
        }
    }

    pub(super) fn user_sockets(&self, user: &str) -> usize {
        self.gateway
            .hub
            .user_socket_count(&UserId::parse(user).unwrap())
    }

    /// Waits until the hub holds nothing at all.
    pub(super) async fn nobody_is_left(&self) {
        let hub = &self.gateway.hub;
        eventually("nobody is left", || hub.counts() == HubCounts::default()).await;
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The returned future only waits; the stop itself is asked for at once.
        drop(self.handle.stop(false));
    }
}

/// The `n` of an event that `publish_numbers` made.
pub(super) fn number(event: &Value) -> u64 {
    event["data"]["n"].as_u64().unwrap()
}

/// Receives so many events and answers their numbers.
pub(super) async fn numbers(client: &mut WsClient, count: usize) -> Vec<u64> {
    let mut got = Vec::new();
    for _ in 0..count {
        got.push(number(&client.wait_for("ticket.created", WAIT).await));
    }
    got
}
