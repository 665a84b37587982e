//! Every route does what the table of rights says, and tells nobody what is not theirs.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestServer};

use super::people::{Ids, People, ask};
use super::rules::{SUGGEST, rows};
use crate::desk::{CONTACT, FAQ, JEAN, at, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_each_kind_of_caller_as_the_table_of_rights_says() {
    let people = People::gather().await;
    let mut wrong = Vec::new();
    for row in rows() {
        for ((who, caller), expected) in people.callers.iter().zip(row.expected) {
            let ids = people.ids(row.closed).await;
            let answer = ask(caller, &row, &ids).await;
            if answer.status != expected {
                wrong.push(format!(
                    "{} {} as {who}: {} instead of {expected}: {}",
                    row.method, row.path, answer.status, answer.text
                ));
            }
            if answer.status == 401 && answer.header("www-authenticate") != "Bearer" {
                wrong.push(format!("{} {}: no WWW-Authenticate", row.method, row.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    people.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_none_is_refused_wherever_one_is_needed_and_told_of_elsewhere() {
    let server = TestServer::start().await;
    let bad = server.api.with_token("not.a.token");
    for row in rows() {
        let may_read_one = row.path == CONTACT
            || (row.path.starts_with("/api/support/faq") && row.path != SUGGEST);
        let answer = ask(&bad, &row, &Ids::of("TICKET-00000000", "MSG-0")).await;
        let told = answer.header("www-authenticate").to_owned();
        if row.needs_token() {
            let refused = answer.expect(401);
            assert_eq!(refused.text_at("/code"), "invalid_token");
            assert_eq!(told, "Bearer");
        } else if may_read_one {
            // There is no such article or category, for anybody.
            assert!(
                [200, 201, 404].contains(&answer.status),
                "{} {}",
                row.method,
                row.path
            );
            let expected =
                r#"Bearer error="invalid_token", error_description="the token is not valid""#;
            assert_eq!(told, expected, "{} {}", row.method, row.path);
        }
    }
    server.stop().await;
}

/// What could tell two answers apart, less what differs between any two requests.
fn fingerprint(answer: &Answer, ids: &Ids) -> (u16, Vec<(String, String)>, String) {
    let mut body = answer.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("timestamp".into(), Value::Null);
        fields.insert("requestId".into(), Value::Null);
    }
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| {
            // Lists come in any order.
            let mut parts: Vec<_> = value.to_str().unwrap_or_default().split(", ").collect();
            parts.sort_unstable();
            (name.to_string(), parts.join(", "))
        })
        .collect();
    headers.sort();
    (
        answer.status,
        headers,
        body.to_string()
            .replace(&ids.ticket, "{ticketId}")
            .replace(&ids.message, "{id}"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_ticket_and_an_absent_one_cannot_be_told_apart() {
    let people = People::gather().await;
    let foreign = people.ids(true).await;
    let absent = Ids::of("TICKET-ZZZZZZZZ", "MSG-00000000000000000000000000");
    for row in rows() {
        if row.expected[1] != 404 {
            continue;
        }
        for headers in [vec![], vec![("If-Match", "\"1\"")]] {
            let caller = headers
                .iter()
                .fold(people.stranger().clone(), |api, (name, value)| {
                    api.with_header(name, value)
                });
            let one = ask(&caller, &row, &foreign).await.expect(404);
            let other = ask(&caller, &row, &absent).await.expect(404);
            assert_eq!(
                fingerprint(&one, &foreign),
                fingerprint(&other, &absent),
                "{} {}",
                row.method,
                row.path
            );
        }
    }
    // What only staff may ask for reveals nothing either.
    for (end, body) in [
        (
            "/status",
            json!({ "status": "open", "assigned_to": "staff-claire" }),
        ),
        (
            "/status",
            json!({ "status": "open", "internal_note": "vu" }),
        ),
    ] {
        people
            .stranger()
            .put(&at(&foreign.ticket, end), &body)
            .await
            .expect(404);
    }
    let note = json!({ "message": "vu", "internal": true });
    people
        .stranger()
        .post(&at(&foreign.ticket, "/responses"), &note)
        .await
        .expect(404);
    people.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_may_not_do_what_is_for_staff_on_their_own_ticket() {
    let people = People::gather().await;
    let id = people.ticket(false).await;
    let owner = people.owner();
    for body in [
        json!({ "status": "closed", "assigned_to": "staff-claire" }),
        json!({ "status": "closed", "internal_note": "vu" }),
    ] {
        owner.put(&at(&id, "/status"), &body).await.expect(403);
    }
    let note = json!({ "message": "vu", "internal": true });
    owner.post(&at(&id, "/responses"), &note).await.expect(403);
    // Nothing was done by halves.
    let detail = people.staff().get(&at(&id, "")).await.expect(200);
    assert_eq!(detail.text_at("/status"), "open");
    assert_eq!(detail.body["version"], 1);
    assert_eq!(detail.body["responses"], json!([]));
    people.server.stop().await;
}

/// A request that is wrong besides.
const NONSENSE: [&str; 2] = [r#"{"name":"x","rating":99}"#, "{"];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_call_is_told_so_before_what_is_wrong_with_the_request() {
    let server = TestServer::start().await;
    let (claire, jean) = (
        server.staff("staff-claire"),
        server.customer("cst-jean", JEAN),
    );
    let id = ticket_by(&server.api, JEAN).await;
    let rating = at(&id, "/satisfaction");
    for (caller, method, path, status) in [
        (&claire, Method::POST, "/api/staff", 403),
        (&jean, Method::POST, "/api/staff", 403),
        (&jean, Method::POST, "/api/customers", 403),
        (&jean, Method::PUT, &*at(&id, "/assign"), 403),
        (&jean, Method::POST, FAQ, 403),
        (&claire, Method::POST, &rating, 403),
        (&server.api, Method::POST, &rating, 401),
    ] {
        let answer = caller
            .call(method.clone(), path, Some(NONSENSE[0].into()))
            .await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
    }
    // At the first request of somebody new, too, whom entering takes longer than reading what they sent.
    for (n, body) in NONSENSE.iter().enumerate() {
        let new = server.customer(&format!("cst-new-{n}"), "new@example.com");
        let answer = new
            .call(Method::POST, "/api/staff", Some((*body).into()))
            .await;
        assert_eq!(answer.text_at("/code"), "admins_only");
        let other = server.customer(&format!("cst-newer-{n}"), "newer@example.com");
        let answer = other.get("/api/staff?limit=x&page=0").await;
        assert_eq!(answer.text_at("/code"), "staff_only");
    }
    server.stop().await;
}
