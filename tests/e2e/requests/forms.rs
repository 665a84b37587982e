//! Fields left empty, words for what is wrong, times and filters: what forms and lists really send.

use serde_json::{Value, json};
use testkit::TestServer;

use super::problems::assert_refused;
use crate::desk::{
    CONTACT, FAQ, FAQ_CATEGORIES, JEAN, LIST, SEARCH, article_with, at, form_with, ticket_by,
};

pub const MESSAGES: &str = "/api/messages";

pub fn said() -> Value {
    json!({ "customerId": "cst-jean", "staffId": "staff-claire", "subject": "Ma commande", "content": "Bonjour" })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optional_text_left_empty_is_as_good_as_none() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    claire.get(LIST).await.expect(200);
    for nothing in ["", "  ", "\t", "\u{a0}", "\u{200b}"] {
        let body = form_with(
            JEAN,
            json!({
                "phone": nothing, "order_number": nothing, "customer_id": nothing,
                "vehicle_info": { "brand": nothing, "model": nothing, "year": nothing, "license_plate": nothing },
            }),
        );
        let id = jean
            .post(CONTACT, &body)
            .await
            .expect(201)
            .text_at("/msg_id")
            .to_owned();
        let shown = claire.get(&at(&id, "")).await.expect(200);
        assert_eq!(shown.body["vehicle_info"], Value::Null, "{nothing:?}");
        assert_eq!(shown.body["customer"]["cst_phone"], Value::Null);
        let body = form_with(JEAN, json!({ "vehicle_info": nothing }));
        jean.post(CONTACT, &body).await.expect(201);

        let answer = json!({ "message": "Bonjour", "internal": nothing });
        claire
            .post(&at(&id, "/responses"), &answer)
            .await
            .expect(201);
        let escalate = json!({ "reason": "Urgent", "staff_id": nothing });
        claire
            .post(&at(&id, "/escalate"), &escalate)
            .await
            .expect(200);
        let close = json!({ "status": "closed", "assigned_to": nothing, "internal_note": nothing });
        claire.put(&at(&id, "/status"), &close).await.expect(200);
        let rate = json!({ "rating": 5, "feedback": nothing });
        jean.post(&at(&id, "/satisfaction"), &rate)
            .await
            .expect(200);

        let mut message = said();
        message["orderId"] = json!(nothing);
        message["priority"] = json!(nothing);
        let created = jean.post(MESSAGES, &message).await.expect(201);
        let message = format!("{MESSAGES}/{}", created.text_at("/data/id"));
        let unchanged = json!({ "subject": nothing, "content": nothing, "priority": nothing });
        let edited = jean.put(&message, &unchanged).await.expect(200);
        assert_eq!(edited.text_at("/data/content"), "Bonjour");
        for (end, field) in [
            ("read", "readerId"),
            ("archive", "userId"),
            ("close", "closerId"),
        ] {
            let body = json!({ field: nothing, "reason": nothing });
            jean.put(&format!("{message}/{end}"), &body)
                .await
                .expect(200);
        }
        let reply = json!({ "userId": nothing, "content": "Merci" });
        jean.post(&format!("{message}/reply"), &reply)
            .await
            .expect(200);

        let article = article_with(json!({
            "tags": nothing, "order": nothing, "published": nothing, "createdBy": nothing,
            "locale": nothing, "translations": { "en": nothing },
        }));
        claire.post(FAQ, &article).await.expect(201);
    }
    for query in ["%20", "%C2%A0", "%09", ""] {
        for name in [
            "status",
            "priority",
            "assigned_to",
            "customer_email",
            "cursor",
            "page",
            "limit",
            "date_from",
        ] {
            jean.get(&format!("{LIST}?{name}={query}"))
                .await
                .expect(200);
        }
        jean.get(&format!("{MESSAGES}?search={query}&customer={query}"))
            .await
            .expect(200);
        jean.get(&format!("/api/events?after={query}"))
            .await
            .expect(200);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_text_left_empty_is_refused_in_the_words_that_say_most() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let empty = form_with(
        JEAN,
        json!({ "subject": "", "message": " ", "name": "", "email": "", "priority": "" }),
    );
    let refused = server.api.post(CONTACT, &empty).await;
    assert_refused(
        &refused,
        &["subject", "message", "name", "email", "priority"],
    );
    let told = refused.body["errors"].as_array().expect("errors").clone();
    let said = |field: &str| {
        let error = told
            .iter()
            .find(|error| error["field"] == field)
            .expect("the field");
        error["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(said("subject"), "Sujet : au moins 10 caractères");
    assert_eq!(said("email"), "Adresse e-mail : champ requis");
    assert_eq!(said("priority"), "Priorité : champ requis");
    let id = ticket_by(&server.api, JEAN).await;
    for body in [json!({ "staff_id": "" }), json!({})] {
        assert_refused(&claire.put(&at(&id, "/assign"), &body).await, &["staff_id"]);
    }
    // A change may empty what may be empty.
    let shelf = json!({ "id": "rayon", "name": "Rayon", "description": "Essai", "icon": "x" });
    claire.post(FAQ_CATEGORIES, &shelf).await.expect(201);
    let change = json!({ "name": "", "description": "", "icon": "" });
    let shelf = claire
        .put(&format!("{FAQ_CATEGORIES}/rayon"), &change)
        .await
        .expect(200);
    assert_eq!(
        (shelf.text_at("/name"), shelf.text_at("/description")),
        ("Rayon", "")
    );
    assert_eq!(shelf.body["icon"], Value::Null);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_missing_from_a_message_is_told_in_the_specifications_words() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    let words = |answer: &testkit::Answer| -> Vec<String> {
        let errors = answer.body["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|error| error["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    for missing in [json!(""), json!("  "), json!(null)] {
        let mut message = said();
        message["customerId"] = missing.clone();
        message["staffId"] = missing.clone();
        let refused = claire.post(MESSAGES, &message).await;
        assert_refused(&refused, &["customerId", "staffId"]);
        assert_eq!(words(&refused), ["ID client requis", "ID staff requis"]);
        assert_eq!(refused.text_at("/message"), "ID client requis");
    }
    let refused = claire
        .post(MESSAGES, &json!({ "subject": "x", "content": "y" }))
        .await;
    assert_eq!(words(&refused), ["ID client requis", "ID staff requis"]);
    // For a customer whoever answers first takes it, but an empty name is none.
    let mut message = said();
    message["staffId"] = json!("");
    assert_eq!(
        words(&jean.post(MESSAGES, &message).await),
        ["ID staff requis"]
    );
    message["staffId"] = Value::Null;
    jean.post(MESSAGES, &message).await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_of_fields_in_french_and_programs_find_their_names() {
    let server = TestServer::start().await;
    let body = form_with(
        JEAN,
        json!({ "order_number": "x".repeat(51), "vehicle_info": { "year": 3 } }),
    );
    let refused = server.api.post(CONTACT, &body).await;
    assert_refused(&refused, &["order_number", "vehicle_info.year"]);
    assert_eq!(
        refused.text_at("/message"),
        "Année : doit être une année entre 1886 et 2100"
    );
    assert!(!refused.text_at("/message").contains('_'));
    let staff = server.staff("staff-claire");
    let refused = staff.get(&format!("{SEARCH}?sort_by=x")).await;
    assert!(
        refused.text_at("/message").starts_with("Tri : "),
        "{}",
        refused.text
    );
    assert_eq!(refused.text_at("/errors/0/field"), "sort_by");
    let absent = json!({ "staff_id": "staff-nobody" });
    let id = ticket_by(&server.api, JEAN).await;
    let refused = staff.put(&at(&id, "/assign"), &absent).await;
    assert!(
        refused
            .text_at("/message")
            .starts_with("Membre du support : "),
        "{}",
        refused.text
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_of_the_list_works_in_the_search_and_nobody_can_be_asked_for() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    let taken = ticket_by(&jean, JEAN).await;
    let waiting = ticket_by(&jean, JEAN).await;
    claire
        .put(
            &at(&taken, "/assign"),
            &json!({ "staff_id": "staff-claire" }),
        )
        .await
        .expect(200);
    for (query, expected) in [
        ("status=open", vec![&waiting, &taken]),
        ("status=in_progress", vec![&taken]),
        ("status=closed", vec![]),
        ("assigned_to=none", vec![&waiting]),
        ("assigned_to=staff-claire", vec![&taken]),
        (
            "assigned_to=none&status=open&keyword=démarrage",
            vec![&waiting],
        ),
        ("assigned_to=none&category=billing", vec![]),
        (
            "customer_email=jean.dupont%40example.com",
            vec![&waiting, &taken],
        ),
        ("keyword=démarrage&priority=low", vec![]),
    ] {
        for route in [LIST, SEARCH] {
            if route == LIST && query.contains("keyword") {
                continue;
            }
            for caller in [&claire, &jean] {
                let found = caller.get(&format!("{route}?{query}")).await.expect(200);
                let mut ids = crate::desk::ids(&found);
                let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
                ids.sort();
                expected.sort();
                assert_eq!(ids, expected, "{route}?{query}");
                assert_eq!(found.body["total"], expected.len(), "{route}?{query}");
            }
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_without_an_offset_is_the_shops() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    ticket_by(&server.api, JEAN).await;
    let client = server.database.client().await;
    // Half past midnight of New Year in Paris.
    let sql = "UPDATE ___xtr_msg SET msg_date = '2025-12-31T23:30:00Z'";
    client.execute(sql, &[]).await.expect("the ticket is moved");
    for (query, found) in [
        ("date_from=2026-01-01T00:00:00", 1),
        ("date_from=2026-01-01%2000:30", 1),
        ("date_from=2026-01-01T00:30:00.001", 0),
        ("date_from=2026-01-01T00:00:00Z", 0),
        ("date_from=2026-01-01T01:00:00+01:00", 0),
        ("date_from=2026-01-01T00:30:00+01:00", 1),
        ("date_to=2025-12-31T23:59:59", 0),
        ("date_to=2026-01-01T00:30", 1),
        ("date_to=2025-12-31", 0),
        ("date_from=2026-01-01&date_to=2026-01-01", 1),
    ] {
        let list = claire.get(&format!("{SEARCH}?{query}")).await.expect(200);
        assert_eq!(list.body["total"], found, "{query}");
    }
    server.stop().await;
}
