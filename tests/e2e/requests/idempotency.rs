//! One key, one effect; one address, one customer; one version, one writer.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::json;
use testkit::{Answer, Api, TestServer, form};

use crate::desk::{CONTACT, JEAN, LIST, all_mail_sent, at, count, form_with, ticket_by};

/// Posts the form, and again as long as the first is in flight. Answers how often that was.
async fn post_until_done(api: &Api, body: &serde_json::Value) -> (Answer, usize) {
    for in_flight in 0..1_000 {
        let answer = api.post(CONTACT, body).await;
        if answer.status != 409 {
            return (answer, in_flight);
        }
        assert_eq!(answer.text_at("/code"), "idempotency_in_flight");
        assert_eq!(answer.header("retry-after"), "1");
    }
    panic!("in flight for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_posts_with_one_key_make_one_ticket_one_customer_and_one_confirmation() {
    let server = TestServer::start().await;
    let api = server.api.with_header("Idempotency-Key", "double-click");
    let body = form(JEAN);
    let answers = join_all((0..500).map(|_| post_until_done(&api, &body))).await;

    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    let mut bodies = BTreeSet::new();
    let mut tags = BTreeSet::new();
    let in_flight: usize = answers.iter().map(|(_, in_flight)| in_flight).sum();
    for (answer, _) in &answers {
        *statuses.entry(answer.status).or_default() += 1;
        bodies.insert(answer.text.clone());
        tags.insert(answer.header("etag").to_owned());
    }
    assert_eq!(
        statuses,
        BTreeMap::from([(201, 500)]),
        "and {in_flight} times 409; {bodies:?}"
    );
    assert_eq!(bodies.len(), 1, "every answer is the first one");
    assert_eq!(tags, BTreeSet::from(["\"1\"".to_owned()]));
    assert_eq!(count(&server, "___xtr_msg").await, 1);
    assert_eq!(count(&server, "___xtr_customer").await, 1);
    all_mail_sent(&server).await;
    let confirmations = server
        .smtp
        .mails()
        .iter()
        .filter(|mail| mail.header("X-Guichet-Template").as_deref() == Some("contact_confirmation"))
        .count();
    assert_eq!(confirmations, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_used_for_another_request_is_refused() {
    let server = TestServer::start().await;
    let api = server.api.with_header("Idempotency-Key", "k-1");
    api.post(CONTACT, &form(JEAN)).await.expect(201);
    let other = form_with(JEAN, json!({ "priority": "low" }));
    let refused = api.post(CONTACT, &other).await.expect(422);
    assert_eq!(refused.text_at("/code"), "idempotency_mismatch");
    assert_eq!(count(&server, "___xtr_msg").await, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_does_not_use_its_key_up() {
    let server = TestServer::start().await;
    let api = server.api.with_header("Idempotency-Key", "k-1");
    let bad = form_with(JEAN, json!({ "subject": "court" }));
    api.post(CONTACT, &bad).await.expect(400);
    api.post(CONTACT, &form(JEAN)).await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_its_caller_and_its_route() {
    let server = TestServer::start().await;
    let body = form(JEAN);
    let callers = [
        server.api.clone(),
        server.customer("cst-jean", JEAN),
        server.customer("cst-paul", "paul@example.com"),
        server.staff("staff-claire"),
        // A person whose id is what the public might be called inside.
        server.customer("anyone", "anyone@example.com"),
        server.customer("-", "dash@example.com"),
    ];
    let mut ids = BTreeSet::new();
    for caller in &callers {
        let caller = caller.with_header("Idempotency-Key", "shared");
        let first = caller.post(CONTACT, &body).await.expect(201);
        let again = caller.post(CONTACT, &body).await.expect(201);
        assert_eq!(first.text, again.text);
        ids.insert(first.text_at("/msg_id").to_owned());
    }
    assert_eq!(
        ids.len(),
        callers.len(),
        "each caller got a ticket of their own"
    );

    let staff = callers[3].with_header("Idempotency-Key", "shared");
    let said = json!({ "message": "Bonjour" });
    let mut answers = BTreeSet::new();
    for id in &ids {
        let answer = staff.post(&at(id, "/responses"), &said).await.expect(201);
        answers.insert(answer.text_at("/msg_id").to_owned());
    }
    assert_eq!(answers.len(), ids.len(), "one key, several routes");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_write_is_done_once_and_answered_with_the_same_tag() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let id = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let writes = [
        ("PUT", "/assign", json!({ "staff_id": "staff-claire" })),
        ("POST", "/responses", json!({ "message": "Bonjour" })),
        (
            "POST",
            "/escalate",
            json!({ "reason": "Client immobilisé" }),
        ),
        (
            "PUT",
            "/status",
            json!({ "status": "closed", "internal_note": "fait" }),
        ),
        ("PATCH", "/status", json!({ "status": "open" })),
    ];
    claire.get(LIST).await.expect(200);
    for (number, (method, end, body)) in writes.iter().enumerate() {
        let caller = claire.with_header("Idempotency-Key", &format!("write-{number}"));
        let method = method.parse::<reqwest::Method>().expect("a method");
        let bytes = || Some(body.to_string().into_bytes());
        let first = caller.call(method.clone(), &at(&id, end), bytes()).await;
        let version = claire.get(&at(&id, "")).await.expect(200).body["version"].clone();
        let again = caller.call(method, &at(&id, end), bytes()).await;
        assert!((200..300).contains(&first.status), "{end}: {}", first.text);
        assert_eq!(
            (first.status, &first.text),
            (again.status, &again.text),
            "{end}"
        );
        assert_eq!(first.header("etag"), again.header("etag"), "{end}");
        let after = claire.get(&at(&id, "")).await.expect(200);
        assert_eq!(after.body["version"], version, "{end} was done twice");
    }
    let thread = claire.get(&at(&id, "/responses")).await.expect(200);
    assert_eq!(
        thread.body["total"], 3,
        "one answer, one escalation, one note"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_first_messages_from_one_new_address_make_one_customer() {
    let server = TestServer::start().await;
    let posts = (0..200).map(|number| {
        let spelled: String = JEAN
            .chars()
            .enumerate()
            .map(|(place, c)| {
                if (number >> (place % 8)) & 1 == 1 {
                    c.to_ascii_uppercase()
                } else {
                    c
                }
            })
            .collect();
        let api = server.api.clone();
        async move { api.post(CONTACT, &form(&spelled)).await.expect(201) }
    });
    let answers = join_all(posts).await;
    let customers: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer.text_at("/msg_cst_id").to_owned())
        .collect();
    assert_eq!(customers.len(), 1);
    assert_eq!(count(&server, "___xtr_customer").await, 1);
    assert_eq!(
        count(&server, "___xtr_msg WHERE msg_kind = 'ticket'").await,
        200
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_who_assign_at_once_leave_one_assignee_and_two_versions() {
    let server = TestServer::start().await;
    let agents = ["staff-claire", "staff-sophie"].map(|id| (id, server.staff(id)));
    for (_, agent) in &agents {
        agent.get(LIST).await.expect(200);
    }
    for _ in 0..10 {
        let id = ticket_by(&server.api, JEAN).await;
        let done = join_all(agents.iter().map(|(name, agent)| {
            let (path, body) = (at(&id, "/assign"), json!({ "staff_id": name }));
            async move { agent.put(&path, &body).await.expect(200) }
        }))
        .await;
        let versions: BTreeSet<_> = done
            .iter()
            .map(|answer| answer.body["version"].to_string())
            .collect();
        assert_eq!(versions, BTreeSet::from(["2".to_owned(), "3".to_owned()]));
        let last = done
            .iter()
            .find(|answer| answer.body["version"] == 3)
            .expect("somebody was last");
        let now = agents[0].1.get(&at(&id, "")).await.expect(200);
        assert_eq!(now.text_at("/msg_cnfa_id"), last.text_at("/msg_cnfa_id"));
        assert_eq!(now.header("etag"), "\"3\"");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_with_one_version_one_wins_and_the_other_is_told() {
    let server = TestServer::start().await;
    let agents = ["staff-claire", "staff-sophie"].map(|id| (id, server.staff(id)));
    for (_, agent) in &agents {
        agent.get(LIST).await.expect(200);
    }
    let id = ticket_by(&server.api, JEAN).await;
    let shown = agents[0].1.get(&at(&id, "")).await.expect(200);
    let tag = shown.header("etag").to_owned();
    let mut statuses: Vec<u16> = join_all(agents.iter().map(|(name, agent)| {
        let (path, body) = (at(&id, "/assign"), json!({ "staff_id": name }));
        let agent = agent.with_header("If-Match", &tag);
        async move {
            let answer = agent.put(&path, &body).await;
            if answer.status == 412 {
                assert_eq!(answer.text_at("/code"), "stale_version");
            }
            answer.status
        }
    }))
    .await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);

    // The same on the other routes that honour the tag.
    for (method, end) in [("PUT", "/status"), ("PATCH", "/status"), ("PUT", "/assign")] {
        let stale = agents[0].1.with_header("If-Match", &tag);
        let body = json!({ "status": "closed", "staff_id": "staff-claire" });
        let method = method.parse::<reqwest::Method>().expect("a method");
        let bytes = Some(body.to_string().into_bytes());
        stale.call(method, &at(&id, end), bytes).await.expect(412);
    }
    let current = agents[0].1.get(&at(&id, "")).await.expect(200);
    let fresh = agents[0].1.with_header("If-Match", current.header("etag"));
    let closing = json!({ "status": "closed" });
    fresh.put(&at(&id, "/status"), &closing).await.expect(200);
    let any = agents[0].1.with_header("If-Match", "*");
    any.put(&at(&id, "/status"), &closing).await.expect(200);
    server.stop().await;
}
