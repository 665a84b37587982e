//! Events on native sockets: who hears what, after an absence, across servers, until when.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::ws_client::WsClient;
use testkit::{Api, PATIENCE as WAIT, TestOptions, TestServer};

use super::hints::Hints;
use crate::desk::{JEAN, LIST, at, ticket_by};

struct People {
    claire: Api,
    jean: Api,
    paul: Api,
}

impl People {
    async fn of(server: &TestServer) -> Self {
        let people = Self {
            claire: server.staff("claire"),
            jean: server.customer("cst-jean", JEAN),
            paul: server.customer("cst-paul", "paul@example.com"),
        };
        for caller in [&people.claire, &people.jean, &people.paul] {
            caller.get(LIST).await.expect(200);
        }
        people
    }
}

async fn socket(server: &TestServer, role: Role, id: &str) -> WsClient {
    let token = server.token(role, id, None);
    let mut socket = WsClient::connect(&server.socket_url(), &token).await;
    let connected = socket.wait_for("connected", WAIT).await;
    assert_eq!(connected["data"]["userId"], id);
    assert_eq!(connected["data"]["recovered"], false);
    socket
}

/// Events up to and with the first of this name that `is_last` takes.
async fn until(socket: &mut WsClient, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let event = socket.next_event(WAIT).await;
        let last = is_last(&event);
        events.push(event);
        if last {
            return events;
        }
    }
}

fn names(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["event"].as_str().unwrap_or_default())
        .collect()
}

fn is(name: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["event"] == name
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_hear_everything_the_owner_what_is_public_and_strangers_nothing() {
    let server = TestServer::start().await;
    let people = People::of(&server).await;
    let mut to_staff = socket(&server, Role::Staff, "sophie").await;
    let mut to_jean = socket(&server, Role::Customer, "cst-jean").await;
    let mut to_paul = socket(&server, Role::Customer, "cst-paul").await;

    let id = ticket_by(&people.jean, JEAN).await;
    let claire = &people.claire;
    let assign = json!({ "staff_id": "claire" });
    claire.put(&at(&id, "/assign"), &assign).await.expect(200);
    let note = json!({ "message": "Client difficile", "internal": true });
    claire.post(&at(&id, "/responses"), &note).await.expect(201);
    let reason = json!({ "reason": "Client immobilisé" });
    claire
        .post(&at(&id, "/escalate"), &reason)
        .await
        .expect(200);
    let said = json!({ "message": "Bonjour" });
    claire.post(&at(&id, "/responses"), &said).await.expect(201);
    people
        .jean
        .post(&at(&id, "/responses"), &said)
        .await
        .expect(201);
    let closing = json!({ "status": "closed" });
    claire.put(&at(&id, "/status"), &closing).await.expect(200);

    let heard = until(&mut to_staff, is("ticket.resolved")).await;
    let expected = [
        "ticket.created",
        "ticket.assigned",
        "ticket.status_changed",
        "ticket.response_added",
        "ticket.escalated",
        "ticket.response_added",
        "ticket.response_added",
        "ticket.status_changed",
        "ticket.response_added",
        "ticket.status_changed",
        "ticket.status_changed",
        "ticket.resolved",
    ];
    assert_eq!(names(&heard), expected);
    assert_payloads(&heard, &id);

    let heard = until(&mut to_jean, is("ticket.resolved")).await;
    let expected = [
        "ticket.status_changed",
        "ticket.response_added",
        "ticket.status_changed",
        "ticket.response_added",
        "ticket.status_changed",
        "ticket.status_changed",
        "ticket.resolved",
    ];
    assert_eq!(names(&heard), expected);
    assert_payloads(&heard, &id);
    let all = format!("{heard:?}");
    for word in ["difficile", "immobilisé", "NOTE INTERNE", "@shop.example"] {
        assert!(!all.contains(word), "{word}: {all}");
    }

    // The first thing Paul hears is about his own ticket.
    let own = ticket_by(&people.paul, "paul@example.com").await;
    claire.put(&at(&own, "/assign"), &assign).await.expect(200);
    let event = to_paul.next_event(WAIT).await;
    assert_eq!(event["event"], "ticket.status_changed");
    assert_eq!(event["data"]["ticketId"], own.as_str());
    server.stop().await;
}

/// What every event of each kind carries.
#[track_caller]
fn assert_payloads(events: &[Value], id: &str) {
    for event in events {
        let (name, data) = (event["event"].as_str().unwrap_or_default(), &event["data"]);
        assert_eq!(data["type"], name, "{event}");
        assert!(event["cursor"].is_string(), "{event}");
        match name {
            "ticket.created" | "ticket.assigned" | "ticket.escalated" => {
                assert_eq!(data["ticket"]["msg_id"], id, "{event}");
                assert!(data["ticket"]["msg_subject"].is_string(), "{event}");
            }
            "ticket.status_changed" | "ticket.resolved" => {
                assert_eq!(data["ticketId"], id, "{event}");
                let open = ["open", "in_progress", "waiting_customer"];
                let is_open = open.contains(&data["status"].as_str().unwrap_or_default());
                assert_eq!(data["msg_open"], if is_open { "1" } else { "0" }, "{event}");
                assert_eq!(data["assignedTo"], "claire", "{event}");
            }
            "ticket.response_added" => {
                assert_eq!(data["ticketId"], id, "{event}");
                assert_eq!(data["response"]["msg_parent_id"], id, "{event}");
                assert!(data["response"]["msg_content"].is_string(), "{event}");
            }
            other => panic!("{other} is no event of tickets"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_typed_under_a_known_address_is_told_to_staff_only() {
    let server = TestServer::start().await;
    let people = People::of(&server).await;
    // Known, but the address on file is another one than the one that was typed.
    let typed = ticket_by(&server.api, JEAN).await;
    let moved = server.customer("cst-jean", "jean@elsewhere.example");
    moved.get(LIST).await.expect(200);
    let mut to_jean = socket(&server, Role::Customer, "cst-jean").await;
    let said = json!({ "message": "Bonjour" });
    people
        .claire
        .post(&at(&typed, "/responses"), &said)
        .await
        .expect(201);
    let own = ticket_by(&moved, "jean@elsewhere.example").await;
    people
        .claire
        .post(&at(&own, "/responses"), &said)
        .await
        .expect(201);
    let event = to_jean.next_event(WAIT).await;
    assert_eq!(event["data"]["ticketId"], own.as_str(), "{event}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_repeated_with_its_key_is_told_once() {
    let server = TestServer::start().await;
    let people = People::of(&server).await;
    let mut to_staff = socket(&server, Role::Staff, "sophie").await;
    let jean = people.jean.with_header("Idempotency-Key", "once");
    let id = ticket_by(&jean, JEAN).await;
    assert_eq!(ticket_by(&jean, JEAN).await, id);
    let other = ticket_by(&people.jean, JEAN).await;
    let heard = until(&mut to_staff, |event| {
        event["data"]["ticket"]["msg_id"] == other
    })
    .await;
    assert_eq!(names(&heard), ["ticket.created", "ticket.created"]);
    server.stop().await;
}

/// The ids of created tickets among events.
fn created(events: &[Value]) -> Vec<String> {
    events
        .iter()
        .filter(|event| event["event"] == "ticket.created")
        .map(|event| {
            event["data"]["ticket"]["msg_id"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_comes_back_after_a_restart_gets_exactly_what_it_missed_in_order() {
    let first = TestServer::start().await;
    let people = People::of(&first).await;
    let mut to_staff = socket(&first, Role::Staff, "sophie").await;
    ticket_by(&people.jean, JEAN).await;
    to_staff.wait_for("ticket.created", WAIT).await;
    let cursor = to_staff.cursor().expect("a cursor");
    to_staff.leave().await;
    drop(to_staff);

    let mut missed = Vec::new();
    for _ in 0..6 {
        missed.push(ticket_by(&people.jean, JEAN).await);
    }
    let database = Arc::clone(&first.database);
    first.stop().await;
    let second = TestServer::start_with(TestOptions {
        database: Some(database),
        ..TestOptions::default()
    })
    .await;
    let jean = second.customer("cst-jean", JEAN);
    for _ in 0..6 {
        missed.push(ticket_by(&jean, JEAN).await);
    }
    let token = second.token(Role::Staff, "sophie", None);
    let mut back = WsClient::connect_after(&second.socket_url(), &token, &cursor).await;
    let connected = back.wait_for("connected", WAIT).await;
    assert_eq!(connected["data"]["recovered"], true);
    // What comes live follows what was missed.
    missed.push(ticket_by(&jean, JEAN).await);
    let last = missed.last().cloned();
    let heard = until(&mut back, |event| {
        event["data"]["ticket"]["msg_id"].as_str() == last.as_deref()
    })
    .await;
    assert_eq!(created(&heard), missed);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_none_is_answered_with_resync() {
    let server = TestServer::start().await;
    let people = People::of(&server).await;
    let mut to_jean = socket(&server, Role::Customer, "cst-jean").await;
    let own = ticket_by(&people.jean, JEAN).await;
    let closing = json!({ "status": "closed" });
    people
        .claire
        .put(&at(&own, "/status"), &closing)
        .await
        .expect(200);
    to_jean.wait_for("ticket.resolved", WAIT).await;
    let others = to_jean.cursor().expect("a cursor");
    let token = server.token(Role::Staff, "sophie", None);
    for cursor in ["x", "AAAA", others.as_str()] {
        let mut socket = WsClient::connect_after(&server.socket_url(), &token, cursor).await;
        let connected = socket.wait_for("connected", WAIT).await;
        assert_eq!(connected["data"]["recovered"], false);
        let resync = socket.next_event(WAIT).await;
        assert_eq!(resync["event"], "resyncRequired", "{cursor}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_tell_each_others_sockets_within_a_second() {
    let one = TestServer::start().await;
    let other = one.twin().await;
    let people = People::of(&one).await;
    let mut to_staff = socket(&other, Role::Staff, "sophie").await;
    let mut to_jean = socket(&other, Role::Customer, "cst-jean").await;
    let hints = Hints::on(&one.database).await;
    for n in 1..=3 {
        let id = ticket_by(&people.jean, JEAN).await;
        hints.wait_for(2 * n - 1).await;
        let event = to_staff.wait_for("ticket.created", WAIT).await;
        assert_eq!(event["data"]["ticket"]["msg_id"], id.as_str());
        let said = json!({ "message": "Bonjour" });
        people
            .claire
            .post(&at(&id, "/responses"), &said)
            .await
            .expect(201);
        hints.wait_for(2 * n).await;
        let event = to_jean.wait_for("ticket.response_added", WAIT).await;
        assert_eq!(event["data"]["ticketId"], id.as_str());
    }
    // Let what came with the last answer come before leaving.
    until(&mut to_staff, is("ticket.response_added")).await;
    until(&mut to_staff, is("ticket.status_changed")).await;
    let cursor = to_staff.cursor().expect("a cursor");
    drop(to_staff);
    let mut missed = Vec::new();
    for _ in 0..3 {
        missed.push(ticket_by(&people.jean, JEAN).await);
    }
    for server in [&other, &one] {
        let token = server.token(Role::Staff, "sophie", None);
        let mut back = WsClient::connect_after(&server.socket_url(), &token, &cursor).await;
        let connected = back.wait_for("connected", WAIT).await;
        assert_eq!(connected["data"]["recovered"], true);
        let last = missed.last().cloned();
        let heard = until(&mut back, |event| {
            event["data"]["ticket"]["msg_id"].as_str() == last.as_deref()
        })
        .await;
        assert_eq!(created(&heard), missed);
        assert_eq!(heard.len(), missed.len(), "{heard:?}");
    }
    other.stop().await;
    one.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_bad_or_runs_out_closes_the_socket_with_4401() {
    let server = TestServer::start().await;
    let expired = server.token_for(Role::Staff, "sophie", None, TimeDelta::seconds(-10));
    for token in ["x", "a.b.c", expired.as_str()] {
        let mut socket = WsClient::connect(&server.socket_url(), token).await;
        assert_eq!(socket.close_code(WAIT).await, 4401, "{token}");
    }
    // Just within the leeway of five seconds, so that there is time to connect; and out of it soon.
    let short = server.token_for(Role::Staff, "sophie", None, TimeDelta::zero());
    let mut socket = WsClient::connect(&server.socket_url(), &short).await;
    socket.wait_for("connected", WAIT).await;
    assert_eq!(socket.close_code(WAIT).await, 4401);
    server.stop().await;
}
