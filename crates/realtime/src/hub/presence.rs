//! Who is here, and sending to them: the questions other parts of the server ask the hub.
//!
//! The answers speak of this process (the server around it asks all of them); what is sent reaches
//! every instance. It is stored nowhere, and lost where it cannot be passed on at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use shared_kernel::UserId;

use super::Hub;
use super::connection::{Connection, ConnectionId};
use super::elsewhere;
use super::outbox::Pushed;
use super::rooms::RoomId;
use crate::dialect::{Outgoing, PerDialect, ServerEvent};
use crate::measures;

/// What the hub holds, for tests and the operations page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HubCounts {
    /// Connections, known or not.
    pub connections: usize,
    /// Users with at least one connection.
    pub users: usize,
    /// Rooms somebody is in.
    pub rooms: usize,
    /// Streams somebody follows.
    pub streams: usize,
}

impl Hub {
    /// Whether a user has at least one connection.
    pub fn is_user_connected(&self, user: &UserId) -> bool {
        self.user_socket_count(user) > 0
    }

    /// How many connections a user has.
    pub fn user_socket_count(&self, user: &UserId) -> usize {
        self.read().users.count(user)
    }

    /// Every user who has a connection, in no particular order.
    pub fn connected_users(&self) -> Vec<UserId> {
        self.read().users.keys().cloned().collect()
    }

    /// Sends to every connection of a user; answers how many of this process took it.
    pub fn send_to_user(&self, user: &UserId, event: &ServerEvent) -> usize {
        self.broadcast(&[RoomId::User(user.clone())], event, None)
    }

    /// Sends to every connection in at least one of these rooms, once, except one; answers how
    /// many of this process took it.
    pub fn broadcast(
        &self,
        rooms: &[RoomId],
        event: &ServerEvent,
        except: Option<ConnectionId>,
    ) -> usize {
        self.pass_on(rooms, event, None);
        self.broadcast_here(rooms, event, |id| Some(id) != except)
    }

    /// The same, except to the connections of one user.
    pub(crate) fn broadcast_to_others(
        &self,
        rooms: &[RoomId],
        event: &ServerEvent,
        user: &UserId,
    ) -> usize {
        self.pass_on(rooms, event, Some(user));
        self.broadcast_to_others_here(rooms, event, user)
    }

    fn pass_on(&self, rooms: &[RoomId], event: &ServerEvent, except: Option<&UserId>) {
        if let Some(way) = self.elsewhere() {
            // What does not go through at once is as good as lost: nobody stores it.
            let _ = way.try_send(elsewhere::written(rooms, event, except));
        }
    }

    /// Sends what another instance passed on; anything else is ignored.
    pub fn heard_elsewhere(&self, line: &str) {
        match elsewhere::read(line) {
            Some((rooms, event, Some(user))) => {
                self.broadcast_to_others_here(&rooms, &event, &user);
            }
            Some((rooms, event, None)) => {
                self.broadcast_here(&rooms, &event, |_| true);
            }
            None => {}
        }
    }

    fn broadcast_to_others_here(
        &self,
        rooms: &[RoomId],
        event: &ServerEvent,
        user: &UserId,
    ) -> usize {
        let of_user: HashSet<ConnectionId> = self.read().users.of(user).map(|one| one.id).collect();
        self.broadcast_here(rooms, event, |id| !of_user.contains(&id))
    }

    fn broadcast_here(
        &self,
        rooms: &[RoomId],
        event: &ServerEvent,
        is_addressed: impl Fn(ConnectionId) -> bool,
    ) -> usize {
        let registry = self.read();
        let mut addressed: HashMap<ConnectionId, Arc<Connection>> = HashMap::new();
        for connection in rooms.iter().flat_map(|room| registry.rooms.of(room)) {
            if is_addressed(connection.id) {
                addressed.insert(connection.id, Arc::clone(connection));
            }
        }
        drop(registry);
        let mut encoded = PerDialect::new();
        let mut taken = 0;
        for connection in addressed.into_values() {
            let frame = encoded.get(connection.dialect, |dialect| {
                dialect.event(&event.name, &event.data)
            });
            let pushed = connection.outbox.try_push([Outgoing::Ephemeral(frame)]);
            measures::not_queued(pushed);
            taken += usize::from(pushed == Pushed::Queued);
        }
        measures::events_out(&event.name, taken);
        taken
    }

    /// What the hub holds.
    pub fn counts(&self) -> HubCounts {
        let registry = self.read();
        HubCounts {
            connections: registry.connections.len(),
            users: registry.users.key_count(),
            rooms: registry.rooms.key_count(),
            streams: registry.streams.key_count() + registry.overheard.key_count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::events::{event, event_of, test_connection, user_stream};
    use shared_kernel::StreamId;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    fn typing() -> ServerEvent {
        ServerEvent {
            name: "userTyping".into(),
            data: serde_json::json!({"userId": "1"}),
        }
    }

    #[test]
    fn dropping_the_registration_undoes_everything() {
        let hub = Hub::new();
        let mut guard = hub.enter(test_connection());
        let rooms = vec![RoomId::User(user("7")), RoomId::Staff];
        guard
            .identify(user("7"), vec![user_stream("7")], rooms, 20)
            .unwrap();
        guard.join(RoomId::Conversation("T-1".into())).unwrap();
        assert!(hub.is_user_connected(&user("7")));
        drop(guard);
        assert_eq!(hub.counts(), HubCounts::default());
        assert_eq!(hub.connection_count(), 0);
    }

    #[test]
    fn a_socket_in_two_addressed_rooms_gets_the_event_once() {
        let hub = Hub::new();
        let mut guard = hub.enter(test_connection());
        let rooms = vec![RoomId::User(user("7")), RoomId::Staff];
        guard
            .identify(user("7"), Vec::new(), rooms.clone(), 20)
            .unwrap();
        assert_eq!(hub.broadcast(&rooms, &typing(), None), 1);
        assert_eq!(guard.connection().outbox.drain(32).unwrap().len(), 1);
        assert_eq!(
            hub.broadcast(&rooms, &typing(), Some(guard.connection().id)),
            0
        );
    }

    #[test]
    fn what_is_for_others_reaches_no_socket_of_its_author_on_any_instance() {
        let (here, there) = (Hub::new(), Hub::new());
        let (way, mut passed) = tokio::sync::mpsc::channel(1);
        here.connect_elsewhere(way);
        let room = RoomId::Conversation("T-1".into());
        let mut guards = Vec::new();
        for (hub, id) in [(&here, "7"), (&here, "8"), (&there, "7"), (&there, "8")] {
            let mut guard = hub.enter(test_connection());
            guard
                .identify(user(id), Vec::new(), Vec::new(), 20)
                .unwrap();
            guard.join(room.clone()).unwrap();
            guards.push(guard);
        }
        here.broadcast_to_others(&[room], &typing(), &user("7"));
        there.heard_elsewhere(&passed.try_recv().unwrap());
        let taken = guards
            .iter()
            .map(|guard| guard.connection().outbox.drain(32).unwrap().len());
        assert_eq!(taken.collect::<Vec<_>>(), [0, 1, 0, 1]);
    }

    #[test]
    fn who_overhears_a_stream_gets_all_of_it_to_keep_its_place_and_stops_when_told_to() {
        let hub = Hub::new();
        let mut guard = hub.enter(test_connection());
        guard
            .identify(user("8"), vec![user_stream("8")], Vec::new(), 20)
            .unwrap();
        guard.overhear(&user_stream("7"));
        hub.deliver(&[event(&user_stream("7"), 1)]);
        let taken = guard.connection().outbox.drain(32).unwrap();
        assert!(
            matches!(&taken[..], [Outgoing::Logged(frame)] if frame.head.is_empty()),
            "nothing of it is for others: {taken:?}"
        );
        guard.stop_overhearing(&user_stream("7"));
        hub.deliver(&[event(&user_stream("7"), 2)]);
        assert_eq!(guard.connection().outbox.drain(32).unwrap().len(), 0);
        guard.overhear(&user_stream("7"));
        drop(guard);
        assert_eq!(hub.counts(), HubCounts::default());
    }

    #[test]
    fn what_is_sent_reaches_other_instances_once_and_does_not_come_back() {
        let (here, there) = (Hub::new(), Hub::new());
        let (way, mut passed) = tokio::sync::mpsc::channel(1);
        here.connect_elsewhere(way.clone());
        there.connect_elsewhere(way);
        let mut guard = there.enter(test_connection());
        let rooms = vec![RoomId::User(user("7")), RoomId::Staff];
        guard
            .identify(user("7"), Vec::new(), rooms.clone(), 20)
            .unwrap();
        assert_eq!(here.broadcast(&rooms, &typing(), None), 0);
        // There is room for one: what is beyond is dropped and nobody waits.
        here.send_to_user(&user("7"), &typing());
        there.heard_elsewhere(&passed.try_recv().unwrap());
        assert!(passed.try_recv().is_err());
        let taken = guard.connection().outbox.drain(32).unwrap();
        assert!(matches!(&taken[..], [Outgoing::Ephemeral(frame)] if frame.contains("userTyping")));
    }

    #[test]
    fn a_user_has_only_so_many_connections() {
        let hub = Hub::new();
        let mut guards: Vec<_> = (0..3).map(|_| hub.enter(test_connection())).collect();
        let outcomes: Vec<_> = guards
            .iter_mut()
            .map(|guard| guard.identify(user("7"), Vec::new(), Vec::new(), 2).is_ok())
            .collect();
        assert_eq!(outcomes, [true, true, false]);
        assert_eq!(hub.user_socket_count(&user("7")), 2);
        assert_eq!(hub.connected_users(), [user("7")]);
    }

    #[test]
    fn only_followers_get_a_logged_event() {
        let hub = Hub::new();
        let (mut mine, mut other) = (hub.enter(test_connection()), hub.enter(test_connection()));
        mine.identify(user("7"), vec![user_stream("7")], Vec::new(), 20)
            .unwrap();
        other
            .identify(user("8"), vec![user_stream("8")], Vec::new(), 20)
            .unwrap();
        hub.deliver(&[event(&user_stream("7"), 1)]);
        assert_eq!(mine.connection().outbox.drain(32).unwrap().len(), 1);
        assert_eq!(other.connection().outbox.drain(32).unwrap().len(), 0);
    }

    #[test]
    fn both_places_of_one_event_arrive_together() {
        let hub = Hub::new();
        let (mine, staff) = (user_stream("7"), StreamId::staff_for("T"));
        let mut guard = hub.enter(test_connection());
        let streams = vec![mine.clone(), staff.clone()];
        guard.identify(user("7"), streams, Vec::new(), 20).unwrap();
        hub.deliver(&[event_of(5, &staff, 1), event_of(5, &mine, 1)]);
        assert_eq!(guard.connection().outbox.drain(1).unwrap().len(), 2);
    }
}
