//! Many write under one address while its owner signs in for the first time: all are let in.

use std::sync::Arc;

use serde_json::json;
use testkit::{Api, TestServer, form};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::desk::{CONTACT, LIST, count};

const ROUNDS: usize = 30;
const WRITERS: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_fills_in_the_form_loses_to_others_with_the_same_address() {
    let server = TestServer::start().await;
    let mut refused = Vec::new();
    for round in 0..ROUNDS {
        let mail = format!("new{round}@example.com");
        // Every third owner was known without the address: then the one who was typed goes up in them.
        let owner = format!("cst-{round}");
        if round % 3 == 0 {
            let bare = server.token(shared_kernel::Role::Customer, &owner, None);
            server.api.with_token(&bare).get(LIST).await.expect(200);
        }
        let owner = server.customer(&owner, &mail);
        refused.extend(round_of(&server.api, &owner, &mail).await);
        let mine = owner.get(&format!("{LIST}?limit=1")).await.expect(200);
        let unverified = format!("___xtr_msg WHERE msg_contact_key = '{mail}' AND msg_unverified");
        let hidden = count(&server, &unverified).await;
        let all = mine.body["total"].as_i64().unwrap_or_default();
        assert_eq!(
            all,
            i64::try_from(WRITERS).unwrap_or_default(),
            "{hidden} unverified"
        );
    }
    assert_eq!(refused, Vec::<String>::new());
    server.stop().await;
}

/// What was answered to others than were let in.
async fn round_of(public: &Api, owner: &Api, mail: &str) -> Vec<String> {
    let start = Arc::new(Barrier::new(WRITERS + 1));
    let mut answers = JoinSet::new();
    for _ in 0..WRITERS {
        let (api, start, form) = (public.clone(), Arc::clone(&start), form(mail));
        answers.spawn(async move {
            start.wait().await;
            let answer = api.post(CONTACT, &form).await;
            (answer.status != 201).then(|| format!("{} {}", answer.status, answer.text))
        });
    }
    let owner = owner.clone();
    answers.spawn(async move {
        start.wait().await;
        let answer = owner.get(LIST).await;
        (answer.status != 200).then(|| format!("{} {}", answer.status, answer.text))
    });
    answers.join_all().await.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_answers_a_ticket_loses_to_its_owners_first_sign_in() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    for round in 0..10 {
        let mail = format!("new{round}@example.com");
        let created = server.api.post(CONTACT, &form(&mail)).await.expect(201);
        let path = crate::desk::at(created.text_at("/msg_id"), "/responses");
        let owner = server.customer(&format!("cst-{round}"), &mail);
        let said = json!({ "message": "Bonjour" });
        let (first, second, _) = tokio::join!(
            claire.post(&path, &said),
            claire.post(&path, &said),
            owner.get(LIST)
        );
        first.expect(201);
        second.expect(201);
        let thread = owner.get(&path).await.expect(200);
        assert_eq!(thread.body["total"], 2);
    }
    server.stop().await;
}
