//! Two servers on one database: what is stored nowhere crosses too, and presence speaks of both.

use realtime::{RoomId, ServerEvent};
use serde_json::json;
use shared_kernel::{Role, UserId};
use testkit::{TestServer, eventually};

use super::hints::Hints;
use crate::chat::{Chat, Dialect, Talker};

fn user(id: &str) -> UserId {
    UserId::parse(id).expect("an id")
}

async fn native(server: &TestServer, role: Role, id: &str) -> Talker {
    let token = server.token(role, id, None);
    let connected = Talker::connect(Dialect::Native, server, &token).await;
    connected.expect("native clients need nothing").0
}

/// What is said in passing before an instance listens is lost, as it may be.
async fn both_listen(server: &TestServer) {
    let client = server.database.client().await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
        AND state = 'idle' AND (query LIKE '%LISTEN guichet_passing' OR query LIKE '%pg_notify%')";
    eventually("both instances listen", async || {
        let row = client.query_one(sql, &[]).await.expect("a count");
        (row.get::<_, i64>(0) == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_on_one_instance_shows_on_the_other_and_ends_when_the_typist_leaves() {
    let chat = Chat::start().await;
    let twin = chat.server.twin().await;
    chat.message("Bonjour").await;
    both_listen(&chat.server).await;
    for dialect in [Dialect::Native, Dialect::SocketIo] {
        let jean = chat.server.token(Role::Customer, "cst-jean", None);
        let claire = chat.server.token(Role::Staff, "staff-claire", None);
        let Some((mut jean, _)) = Talker::connect(dialect, &twin, &jean).await else {
            continue;
        };
        let Some((mut claire, _)) = Talker::connect(dialect, &chat.server, &claire).await else {
            continue;
        };
        let typing = json!({ "recipientId": "cst-jean", "isTyping": true });
        assert_eq!(claire.say("typing", &typing).await, json!({ "ok": true }));
        let heard = jean.hear("userTyping").await;
        assert_eq!(
            heard,
            json!({ "userId": "staff-claire", "userEmail": "Support", "isTyping": true, "type": "typing_indicator" })
        );
        drop(claire);
        assert_eq!(jean.hear("userTyping").await["isTyping"], false);
    }
    let client = chat.server.database.client().await;
    let stored = "SELECT count(*) FROM event WHERE payload::text LIKE '%typing%'";
    let row = client.query_one(stored, &[]).await.expect("a count");
    assert_eq!(row.get::<_, i64>(0), 0, "typing is never stored");
    twin.stop().await;
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_to_a_user_or_a_room_reaches_every_instance_once() {
    let chat = Chat::start().await;
    let twin = chat.server.twin().await;
    both_listen(&chat.server).await;
    let mut here = native(&chat.server, Role::Customer, "cst-jean").await;
    let mut there = native(&twin, Role::Customer, "cst-jean").await;
    let mut staff = native(&twin, Role::Staff, "staff-claire").await;
    let note = |n: u32| ServerEvent {
        name: "note".into(),
        data: json!({ "n": n }),
    };
    let hub = &chat.server.server.gateway.hub;
    assert_eq!(hub.send_to_user(&user("cst-jean"), &note(1)), 1);
    let rooms = [RoomId::Staff, RoomId::User(user("cst-jean"))];
    hub.broadcast(&rooms, &note(2), None);
    for (socket, numbers) in [
        (&mut here, &[1, 2][..]),
        (&mut there, &[1, 2]),
        (&mut staff, &[2]),
    ] {
        for n in numbers {
            assert_eq!(socket.hear("note").await["n"], *n);
        }
    }
    // Nothing came back to where it was said, nor twice: the next one heard is the next one said.
    let rooms = [RoomId::Staff, RoomId::User(user("cst-jean"))];
    twin.server.gateway.hub.broadcast(&rooms, &note(3), None);
    for socket in [&mut here, &mut there, &mut staff] {
        assert_eq!(socket.hear("note").await["n"], 3);
    }
    twin.stop().await;
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_instance_knows_who_is_connected_to_any() {
    let chat = Chat::start().await;
    let twin = chat.server.twin().await;
    let sockets = [
        native(&chat.server, Role::Customer, "cst-jean").await,
        native(&twin, Role::Customer, "cst-jean").await,
        native(&twin, Role::Customer, "cst-jean").await,
        native(&twin, Role::Staff, "staff-claire").await,
    ];
    let everybody = [user("cst-jean"), user("staff-claire")];
    for server in [&chat.server, &twin] {
        let presence = &server.server.presence;
        eventually("it knows of all sockets", async || {
            let jean = presence.user_socket_count(&everybody[0]).await.ok()?;
            let users = presence.connected_users().await.ok()?;
            (jean == 3 && users == everybody).then_some(())
        })
        .await;
        let paul = presence.is_user_connected(&user("cst-paul")).await;
        assert!(!paul.expect("the database answers"));
    }
    drop(sockets);
    for server in [&chat.server, &twin] {
        let presence = &server.server.presence;
        eventually("it knows that they have left", async || {
            let jean = presence.is_user_connected(&everybody[0]).await.ok()?;
            let users = presence.connected_users().await.ok()?;
            (!jean && users.is_empty()).then_some(())
        })
        .await;
    }
    twin.stop().await;
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_starts_later_is_told_at_once() {
    let chat = Chat::start().await;
    let presence = &chat.server.server.presence;
    eventually("the first knows that it is alone", async || {
        presence.is_alone().then_some(())
    })
    .await;
    chat.message("Personne d'autre").await;
    let twin = chat.server.twin().await;
    let mut claire = native(&twin, Role::Staff, "staff-claire").await;
    let hints = Hints::on(&chat.server.database).await;
    for n in 1..=5 {
        chat.message(&format!("Bonjour {n}")).await;
        hints.wait_for(n).await;
        let heard = claire.hear("newMessage").await;
        assert_eq!(heard["message"]["content"], format!("Bonjour {n}"));
    }
    assert!(!presence.is_alone());
    twin.stop().await;
    chat.server.stop().await;
}
