//! What is not published is there for staff only, on every route.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Api, TestServer};

use crate::desk::{FAQ, FAQ_CATEGORIES, JEAN, article_by, article_with, each, faq_at};

/// A word nothing else contains.
const WORD: &str = "zygomate";

/// Everything somebody who is no staff can ask of the knowledge base.
async fn all_the_public_reads(api: &Api, ids: &[String]) -> Vec<testkit::Answer> {
    let mut paths = vec![
        FAQ.to_owned(),
        format!("{FAQ}?published=false"),
        format!("{FAQ}?published=true"),
        format!("{FAQ}?category=hidden"),
        format!("{FAQ}?tags={WORD}"),
        format!("{FAQ}?limit=100&locale=en"),
        format!("{FAQ}?search={WORD}"),
        format!("{FAQ}/suggest?q={WORD}"),
        format!("{FAQ}/stats"),
        FAQ_CATEGORIES.to_owned(),
        format!("{FAQ_CATEGORIES}?published=false"),
        format!("{FAQ_CATEGORIES}/hidden"),
    ];
    paths.extend(ids.iter().map(|id| faq_at(id, "")));
    paths.extend(
        ids.iter()
            .map(|id| faq_at(id, "?incrementView=true&locale=en")),
    );
    let mut answers = Vec::new();
    let form = json!({ "subject": format!("Le {WORD} est-il prêt ?"), "message": format!("Bonjour, mon {WORD} est-il prêt ?") });
    answers.push(api.post("/api/support/contact/suggestions", &form).await);
    for path in paths {
        answers.push(api.get(&path).await);
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_staff_sees_what_is_not_published_by_any_route() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let shelf = json!({ "id": "hidden", "name": format!("Étagère {WORD}") });
    staff.post(FAQ_CATEGORIES, &shelf).await.expect(201);
    let secret = |published: bool, category: &str| {
        let question = format!("Le {WORD} est-il prêt ?");
        let english = json!({ "question": format!("Is the {WORD} ready?"), "answer": "It will be ready quite soon." });
        json!({ "question": question, "tags": [WORD], "published": published, "category": category, "translations": { "en": english } })
    };
    let draft = article_by(&staff, secret(false, "orders")).await;
    let shelved = article_by(&staff, secret(true, "hidden")).await;
    let unpublished = article_by(&staff, secret(true, "orders")).await;
    server.api.get(&faq_at(&unpublished, "")).await.expect(200);
    staff
        .put(&faq_at(&unpublished, ""), &json!({ "published": false }))
        .await
        .expect(200);
    let ids = [draft, shelved, unpublished];

    for api in [server.api.clone(), server.customer("cst-jean", JEAN)] {
        // Other instances and caches may take a moment; nothing may be seen after it.
        testkit::eventually("the unpublished article is gone", async || {
            let gone = api.get(&faq_at(&ids[2], "")).await.status == 404;
            gone.then_some(())
        })
        .await;
        for answer in all_the_public_reads(&api, &ids).await {
            assert!(
                !answer.text.contains(WORD) || answer.status == 400,
                "{}",
                answer.text
            );
            assert!(answer.status < 500, "{}", answer.text);
            for id in &ids {
                assert!(
                    answer.body["id"].as_str().is_none_or(|shown| shown != id),
                    "{}",
                    answer.text
                );
            }
        }
        for id in &ids {
            let shown = api.get(&faq_at(id, "")).await.expect(404);
            assert_eq!(shown.text_at("/code"), "faq_not_found");
            let vote = api
                .put(&faq_at(id, "/helpful"), &json!({ "helpful": true }))
                .await;
            assert_eq!(vote.status, 404, "{}", vote.text);
        }
        let none = api.get(&format!("{FAQ}?published=false")).await.expect(200);
        assert_eq!(none.body, json!([]));
    }

    // Staff see it all, and can tell it apart.
    for id in &ids {
        staff.get(&faq_at(id, "")).await.expect(200);
    }
    let drafts = staff
        .get(&format!("{FAQ}?published=false"))
        .await
        .expect(200);
    assert_eq!(each(&drafts, "id").len(), 2);
    let all = staff.get(FAQ).await.expect(200);
    assert_eq!(each(&all, "id").len(), 7);
    let shelves = staff
        .get(&format!("{FAQ_CATEGORIES}?published=false"))
        .await;
    assert_eq!(shelves.expect(200).body[0]["faqCount"], 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unpublishing_a_category_hides_its_articles_and_publishing_shows_them_again() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let at = faq_at("FAQ-00000002", "");
    for (published, status) in [(false, 404), (true, 200)] {
        let change = json!({ "published": published });
        staff
            .put(&format!("{FAQ_CATEGORIES}/shipping"), &change)
            .await
            .expect(200);
        testkit::eventually("the article follows its category", async || {
            (server.api.get(&at).await.status == status).then_some(())
        })
        .await;
        let listed = server.api.get(FAQ).await.expect(200);
        assert_eq!(each(&listed, "id").len(), if published { 4 } else { 3 });
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_in_another_name_and_customers_do_not_write() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let as_anne = article_with(json!({ "createdBy": "admin-anne" }));
    let refused = staff.post(FAQ, &as_anne).await.expect(403);
    assert_eq!(refused.text_at("/code"), "identity_mismatch");
    let customer = server.customer("cst-jean", JEAN);
    let writes: [(Method, String, Value); 6] = [
        (Method::POST, FAQ.to_owned(), article_with(json!({}))),
        (
            Method::PUT,
            faq_at("FAQ-00000001", ""),
            json!({ "order": 3 }),
        ),
        (Method::DELETE, faq_at("FAQ-00000001", ""), Value::Null),
        (
            Method::POST,
            FAQ_CATEGORIES.to_owned(),
            json!({ "id": "x", "name": "X" }),
        ),
        (
            Method::PUT,
            format!("{FAQ_CATEGORIES}/orders"),
            json!({ "name": "X" }),
        ),
        (
            Method::POST,
            faq_at("FAQ-00000001", "/versions/1/restore"),
            Value::Null,
        ),
    ];
    for (method, path, body) in writes {
        let body = (!body.is_null()).then(|| body.to_string().into_bytes());
        customer
            .call(method.clone(), &path, body.clone())
            .await
            .expect(403);
        server.api.call(method, &path, body).await.expect(401);
    }
    customer
        .get(&faq_at("FAQ-00000001", "/versions"))
        .await
        .expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_the_knowledge_base_are_in_nobodys_feed() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    article_by(&staff, json!({})).await;
    let logged = crate::desk::count(&server, "event WHERE stream_id = 'faq'").await;
    assert_eq!(logged, 11);
    let feed = staff.get("/api/events").await.expect(200);
    assert!(!feed.text.contains("faq."), "{}", feed.text);
    server.stop().await;
}

/// A word that is known is not taken for a misspelt one, and one that is not known asks for nothing: so
/// what the index knows could be heard from answers.
#[tokio::test(flavor = "multi_thread")]
async fn searches_do_not_betray_which_words_stand_in_drafts() {
    let server = TestServer::start().await;
    let letter = json!({ "subject": "Une livraison ?", "message": "Bonjour, quels sont les delais de livraison zanzibar ?" });
    let heard = async || {
        let suggested = server
            .api
            .get(&format!("{FAQ}/suggest?q=livraizon%20"))
            .await
            .expect(200);
        let found = server
            .api
            .get(&format!("{FAQ}?search=livraizon"))
            .await
            .expect(200);
        let solving = server
            .api
            .post("/api/support/contact/suggestions", &letter)
            .await
            .expect(200);
        [
            each(&suggested, "id"),
            each(&found, "id"),
            each(&solving, "id"),
        ]
        .map(|ids| ids.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let before = heard().await;
    assert!(before.iter().all(|ids| !ids.is_empty()), "{before:?}");
    let draft = json!({ "question": "Le livraizon de zanzibar est-il prêt ?", "published": false, "category": "orders" });
    article_by(&server.staff("staff-claire"), draft).await;
    assert_eq!(heard().await, before);
    server.stop().await;
}
