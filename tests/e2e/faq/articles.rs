//! The knowledge base: what it begins with, writing and reading it, its order, its languages.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Api, TestServer};

use crate::desk::{FAQ, FAQ_CATEGORIES, article_by, article_with, count, each, faq_at};

async fn delete(api: &Api, path: &str) -> testkit::Answer {
    api.call(Method::DELETE, path, None).await
}

async fn faq_count(api: &Api, category: &str) -> Value {
    let shown = api.get(&format!("{FAQ_CATEGORIES}/{category}")).await;
    shown.expect(200).body["faqCount"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_base_begins_with_six_categories_and_four_articles_for_everybody() {
    let server = TestServer::start().await;
    let categories = server.api.get(FAQ_CATEGORIES).await.expect(200);
    let expected = [
        "orders",
        "shipping",
        "returns",
        "payment",
        "technical",
        "account",
    ];
    assert_eq!(each(&categories, "id"), expected);
    assert_eq!(categories.body[0]["name"], "Commandes");
    assert_eq!(categories.body[0]["icon"], "📦");
    assert_eq!(categories.body[0]["faqCount"], 1);
    assert_eq!(categories.body[5]["faqCount"], 0);
    let articles = server.api.get(FAQ).await.expect(200);
    let questions = [
        "Comment suivre ma commande ?",
        "Quels sont les délais de livraison ?",
        "Quelle est votre politique de retour ?",
        "Quels moyens de paiement acceptez-vous ?",
    ];
    assert_eq!(each(&articles, "question"), questions);
    assert_eq!(articles.header("x-total-count"), "4");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_enter_the_defaults_once_and_never_again() {
    let first = TestServer::start().await;
    let (second, third) = tokio::join!(first.twin(), first.twin());
    assert_eq!(count(&first, "___xtr_faq").await, 4);
    assert_eq!(count(&first, "___xtr_faq_category_history").await, 6);
    let admin = first.admin("admin-anne");
    delete(&admin, &faq_at("FAQ-00000001", ""))
        .await
        .expect(204);
    second.stop().await;
    third.stop().await;
    let later = first.twin().await;
    later.api.get(&faq_at("FAQ-00000001", "")).await.expect(404);
    assert_eq!(count(&first, "___xtr_faq").await, 3);
    later.stop().await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_is_written_read_changed_and_removed() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let said = article_with(json!({ "createdBy": "staff-claire" }));
    let written = staff.post(FAQ, &said).await.expect(201);
    for (member, value) in said.as_object().unwrap() {
        assert_eq!(&written.body[member], value, "{member}");
    }
    let id = written.text_at("/id").to_owned();
    assert!(id.starts_with("FAQ-") && id.len() == 12, "{id}");
    for counter in ["helpful", "notHelpful", "views"] {
        assert_eq!(written.body[counter], 0, "{counter}");
    }
    assert_eq!(written.body["locales"], json!(["fr"]));
    assert_eq!(faq_count(&server.api, "orders").await, 2);

    let read = server.api.get(&faq_at(&id, "")).await.expect(200);
    assert_eq!(read.body["answer"], said["answer"]);
    assert_eq!(read.body["lastUpdated"], written.body["lastUpdated"]);

    server.clock.advance(chrono::TimeDelta::minutes(5));
    let change =
        json!({ "category": "shipping", "tags": [], "question": "Et si je me suis trompé ?" });
    let changed = staff.put(&faq_at(&id, ""), &change).await.expect(200);
    assert_eq!(changed.body["answer"], said["answer"]);
    assert_eq!(changed.body["question"], change["question"]);
    assert_eq!(changed.body["createdBy"], "staff-claire");
    assert_ne!(changed.body["lastUpdated"], written.body["lastUpdated"]);
    assert_eq!(changed.body["version"], 2);
    assert_eq!(faq_count(&server.api, "orders").await, 1);
    assert_eq!(faq_count(&server.api, "shipping").await, 2);

    let gone = delete(&staff, &faq_at(&id, "")).await.expect(204);
    assert_eq!(gone.text, "");
    let absent = server.api.get(&faq_at(&id, "")).await.expect(404);
    assert_eq!(absent.text_at("/message"), "FAQ not found");
    delete(&staff, &faq_at(&id, "")).await.expect(404);
    staff.put(&faq_at(&id, ""), &change).await.expect(404);
    assert_eq!(faq_count(&server.api, "shipping").await, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_is_opened_changed_and_closed_once_it_is_empty() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let tyres = json!({ "id": "tyres", "name": "Pneus", "description": "Tailles et pressions.", "icon": "🛞", "order": 7, "published": true });
    let opened = staff.post(FAQ_CATEGORIES, &tyres).await.expect(201);
    let mut expected = tyres.clone();
    expected["faqCount"] = json!(0);
    assert_eq!(opened.body, expected);
    let taken = staff.post(FAQ_CATEGORIES, &tyres).await.expect(409);
    assert_eq!(taken.text_at("/code"), "category_exists");

    let at = format!("{FAQ_CATEGORIES}/tyres");
    let change = json!({ "name": "Pneumatiques", "icon": null });
    let changed = staff.put(&at, &change).await.expect(200);
    assert_eq!(changed.body["name"], "Pneumatiques");
    assert_eq!(changed.body["icon"], Value::Null);
    assert_eq!(changed.body["order"], 7);

    let id = article_by(&staff, json!({ "category": "tyres" })).await;
    assert_eq!(faq_count(&server.api, "tyres").await, 1);
    let refused = delete(&staff, &at).await.expect(400);
    assert_eq!(refused.text_at("/code"), "category_not_empty");
    assert_eq!(
        refused.text_at("/message"),
        "Cannot delete category with existing FAQs"
    );
    delete(&staff, &faq_at(&id, "")).await.expect(204);
    delete(&staff, &at).await.expect(204);
    let absent = server.api.get(&at).await.expect(404);
    assert_eq!(absent.text_at("/message"), "Category not found");
    delete(&staff, &at).await.expect(404);
    staff.put(&at, &json!({})).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_ordered_and_cut_into_pages() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    for (order, tags) in [(3, json!(["a"])), (2, json!(["b", "c"])), (4, json!([]))] {
        let question = format!("Question numéro {order} ?");
        let changes =
            json!({ "question": question, "order": order, "tags": tags, "category": "account" });
        article_by(&staff, changes).await;
    }
    let account = format!("{FAQ}?category=account");
    let listed = server.api.get(&account).await.expect(200);
    let questions = [
        "Question numéro 2 ?",
        "Question numéro 3 ?",
        "Question numéro 4 ?",
    ];
    assert_eq!(each(&listed, "question"), questions);
    for (tags, expected) in [
        ("a,b", vec![questions[0], questions[1]]),
        ("c", vec![questions[0]]),
        ("none", vec![]),
    ] {
        let found = server.api.get(&format!("{account}&tags={tags}")).await;
        assert_eq!(each(&found.expect(200), "question"), expected, "{tags}");
    }

    // Page after page, by the links, everything once and in the order of the whole list.
    let all = server.api.get(FAQ).await.expect(200);
    let mut seen = Vec::new();
    let mut next = format!("{FAQ}?limit=2&locale=fr");
    loop {
        let part = server.api.get(&next).await.expect(200);
        assert_eq!(part.header("x-total-count"), "7");
        seen.extend(each(&part, "id").into_iter().map(str::to_owned));
        let link = part.header("link");
        let Some((path, _)) = link.strip_prefix('<').and_then(|link| link.split_once('>')) else {
            break;
        };
        assert!(link.ends_with("rel=\"next\""), "{link}");
        path.clone_into(&mut next);
    }
    assert_eq!(seen, each(&all, "id"));
    assert_eq!(
        each(
            &server
                .api
                .get(&format!("{FAQ}?category=absent"))
                .await
                .expect(200),
            "id"
        )
        .len(),
        0
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_gets_the_language_asked_for_else_preferred_else_french() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let english = json!({ "question": "Can I change my order?", "answer": "Yes, until it is being prepared." });
    let id = article_by(&staff, json!({ "translations": { "en": english } })).await;
    let german = article_by(
        &staff,
        json!({ "locale": "de", "question": "Kann ich ändern?", "answer": "Ja, bis es verpackt wird." }),
    )
    .await;
    let of = |header: &str| match header {
        "" => server.api.clone(),
        header => server.api.with_header("Accept-Language", header),
    };
    for (header, query, shown) in [
        ("", "", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.5", "", "en"),
        ("es,en;q=0.2,fr;q=0.1", "", "en"),
        ("en", "?locale=fr", "fr"),
        ("fr", "?locale=EN-us", "en"),
        ("es", "", "fr"),
    ] {
        let answer = of(header).get(&faq_at(&id, query)).await.expect(200);
        assert_eq!(answer.text_at("/locale"), shown, "{header} {query}");
        assert_eq!(answer.header("content-language"), shown);
        assert!(
            answer
                .header("vary")
                .to_lowercase()
                .contains("accept-language")
        );
        assert_eq!(answer.body["locales"], json!(["en", "fr"]));
        assert_eq!(
            answer.text_at("/question").starts_with("Can"),
            shown == "en"
        );
    }
    let only = of("fr").get(&faq_at(&german, "")).await.expect(200);
    assert_eq!(only.text_at("/locale"), "de");
    let listed = of("en").get(&format!("{FAQ}?category=shipping")).await;
    assert_eq!(
        each(&listed.expect(200), "question"),
        ["How long does delivery take?"]
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn languages_are_added_changed_and_taken_away() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = article_by(&staff, json!({})).await;
    let at = faq_at(&id, "");
    let whole = json!({ "question": "Can I change my order?", "answer": "Yes, until it is being prepared." });
    staff
        .put(&at, &json!({ "translations": { "en": whole } }))
        .await
        .expect(200);
    let half = json!({ "locale": "en", "question": "May I change my order?" });
    let changed = staff.put(&at, &half).await.expect(200);
    assert_eq!(changed.text_at("/question"), "May I change my order?");
    assert_eq!(changed.body["answer"], whole["answer"]);

    for refused in [
        json!({ "locale": "de", "question": "Kann ich ändern?" }),
        json!({ "translations": { "de": {} } }),
        json!({ "translations": { "fr": null, "en": null } }),
        json!({ "question": "Une autre question ?", "translations": { "fr": whole } }),
    ] {
        staff.put(&at, &refused).await.expect(400);
    }
    let gone = json!({ "translations": { "fr": null } });
    let english = staff.put(&at, &gone).await.expect(200);
    assert_eq!(english.body["locales"], json!(["en"]));
    assert_eq!(english.body["version"], 4);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_with_its_key_makes_one_article() {
    let server = TestServer::start().await;
    let staff = server
        .staff("staff-claire")
        .with_header("Idempotency-Key", "k1");
    let first = staff.post(FAQ, &article_with(json!({}))).await.expect(201);
    let again = staff.post(FAQ, &article_with(json!({}))).await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("etag"), again.header("etag"));
    let other = staff.post(FAQ, &article_with(json!({ "order": 9 }))).await;
    other.expect(422);
    assert_eq!(count(&server, "___xtr_faq").await, 5);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_count_what_the_caller_may_see_and_name_nothing_nobody_read() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    article_by(&staff, json!({ "published": false })).await;
    let hidden = json!({ "id": "hidden", "name": "Bientôt" });
    staff.post(FAQ_CATEGORIES, &hidden).await.expect(201);
    article_by(&staff, json!({ "category": "hidden" })).await;
    let stats = format!("{FAQ}/stats");
    let public = server.api.get(&stats).await.expect(200).body;
    let all = staff.get(&stats).await.expect(200).body;
    for (figure, of_public, of_staff) in [
        ("totalFAQs", 4, 6),
        ("publishedFAQs", 4, 5),
        ("totalViews", 0, 0),
        ("totalCategories", 6, 7),
    ] {
        assert_eq!(
            (&public[figure], &all[figure]),
            (&json!(of_public), &json!(of_staff)),
            "{figure}"
        );
    }
    for none in ["mostViewedFAQ", "mostHelpfulFAQ"] {
        assert_eq!(all[none], Value::Null);
    }
    assert_eq!(
        all["categoryStats"]["orders"],
        json!({ "faqs": 2, "views": 0 })
    );
    assert_eq!(
        public["categoryStats"]["orders"],
        json!({ "faqs": 1, "views": 0 })
    );
    assert_eq!(public["categoryStats"]["hidden"], Value::Null);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_goes_on_by_cursor_and_so_does_what_a_search_found() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    for order in [0, 3, 3, 9] {
        article_by(&staff, json!({ "order": order })).await;
    }
    for question in ["", "&search=commande"] {
        let all = server.api.get(&format!("{FAQ}?locale=fr{question}")).await;
        let all = all.expect(200);
        let ids = each(&all, "id");
        assert!(ids.len() > 3, "{question}: {ids:?}");
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{FAQ}?locale=fr&limit=2{question}{cursor}");
            let part = server.api.get(&path).await.expect(200);
            walked.extend(each(&part, "id").into_iter().map(str::to_owned));
            let next = part.header("x-next-cursor");
            if next.is_empty() {
                break;
            }
            cursor = format!("&cursor={next}");
            let whole = format!("limit=2{question}&cursor={next}>");
            assert!(walked.len() == 2 || part.header("link").contains(&whole));
        }
        assert_eq!(walked, ids, "{question}");
        let odd = format!("{FAQ}?cursor=x{question}");
        let refused = server.api.get(&odd).await.expect(400);
        assert_eq!(refused.text_at("/errors/0/field"), "cursor");
    }
    server.stop().await;
}
