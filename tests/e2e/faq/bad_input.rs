//! Whatever is sent to the knowledge base: never a 500, always a problem that names every field.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::TestServer;

use crate::desk::{FAQ, FAQ_CATEGORIES, article_by, article_with, count, faq_at};
use crate::requests::problems::{assert_problem, assert_refused};

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_breaks_rules_names_every_refused_field() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let empty = staff.post(FAQ, &json!({})).await;
    assert_refused(&empty, &["question", "answer", "category"]);
    let wrong = json!({
        "question": "court", "answer": ["x"], "category": "Pas Un Id", "tags": "a,b", "order": -1,
        "published": "peut-être", "createdBy": "é", "locale": "français",
        "translations": { "en": { "question": "short" }, "fr": null },
    });
    let fields = [
        "question",
        "answer",
        "category",
        "tags",
        "order",
        "published",
        "createdBy",
        "locale",
        "translations.en.question",
        "translations.en.answer",
        "translations.fr",
    ];
    assert_refused(&staff.post(FAQ, &wrong).await, &fields);
    let absent = article_with(json!({ "category": "nowhere" }));
    assert_refused(&staff.post(FAQ, &absent).await, &["category"]);
    let absent = json!({ "category": "nowhere" });
    let put = staff.put(&faq_at("FAQ-00000001", ""), &absent).await;
    assert_refused(&put, &["category"]);
    assert_eq!(count(&server, "___xtr_faq").await, 4);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_counted_in_characters_and_both_ends_belong() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let tags =
        |n: usize, chars: usize| -> Value { (0..n).map(|n| format!("{n:é>chars$}")).collect() };
    for (field, good, bad) in [
        ("question", json!("é".repeat(10)), json!("é".repeat(9))),
        ("question", json!("é".repeat(300)), json!("é".repeat(301))),
        (
            "question",
            json!("Une ligne,\npas deux"),
            json!("Une ligne\0pas deux"),
        ),
        ("answer", json!("é".repeat(20)), json!("é".repeat(19))),
        (
            "answer",
            json!("é".repeat(20_000)),
            json!("é".repeat(20_001)),
        ),
        (
            "answer",
            json!("Une ligne\net une autre"),
            json!("Une ligne\0et une autre"),
        ),
        ("tags", tags(20, 50), tags(21, 50)),
        ("tags", tags(1, 50), tags(1, 51)),
        ("tags", json!([" a ", "a", "", 1]), json!([1.5])),
        ("tags", json!([]), json!([["a"]])),
        ("order", json!(0), json!(-1)),
        ("order", json!(i32::MAX), json!(i64::from(i32::MAX) + 1)),
        ("order", json!(3), json!(1.5)),
        ("locale", json!("pt-BR"), json!("zh-hant-tw")),
    ] {
        let (good, bad) = (json!({ field: good }), json!({ field: bad }));
        staff.post(FAQ, &article_with(good)).await.expect(201);
        assert_refused(&staff.post(FAQ, &article_with(bad)).await, &[field]);
    }
    for (field, good, bad) in [
        ("id", json!("a".repeat(50)), json!("a".repeat(51))),
        ("id", json!("a-b_9"), json!("Été")),
        ("name", json!("é".repeat(120)), json!("é".repeat(121))),
        ("name", json!("x"), json!(" ")),
        (
            "description",
            json!("é".repeat(1_000)),
            json!("é".repeat(1_001)),
        ),
        ("icon", json!("é".repeat(64)), json!("é".repeat(65))),
        ("order", json!(0), json!("trois")),
    ] {
        let shelf = |value: Value| {
            let mut shelf =
                json!({ "id": format!("shelf-{}", value.to_string().len()), "name": "Étagère" });
            shelf[field] = value;
            shelf
        };
        staff.post(FAQ_CATEGORIES, &shelf(good)).await.expect(201);
        assert_refused(&staff.post(FAQ_CATEGORIES, &shelf(bad)).await, &[field]);
    }
    let empty = staff.post(FAQ_CATEGORIES, &json!({})).await;
    assert_refused(&empty, &["id", "name"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_be_no_id_names_nothing_and_old_ids_stay_readable() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let client = server.database.client().await;
    for old in ["42", "faq_1700000000000_ab12", "FAQ-ABC123"] {
        for sql in [
            "INSERT INTO ___xtr_faq (faq_id, faq_category, faq_order, faq_published, faq_created_by, created_at, updated_at) \
             VALUES ($1, 'orders', 1, true, 'x', now(), now())",
            "INSERT INTO ___xtr_faq_text (faq_id, txt_locale, txt_question, txt_answer) VALUES ($1, 'fr', 'Vieux ?', 'Oui.')",
        ] {
            client.execute(sql, &[&old]).await.expect("the row goes in");
        }
        let shown = server.api.get(&faq_at(old, "")).await.expect(200);
        assert_eq!(shown.text_at("/question"), "Vieux ?");
    }
    for odd in [
        "%00",
        "a%20b",
        "%c3%a9",
        &"x".repeat(51),
        "FAQ-ZZZZZZZZ",
        "'--",
    ] {
        assert_problem(
            &server.api.get(&faq_at(odd, "")).await,
            404,
            "faq_not_found",
        );
        assert_problem(
            &staff.get(&faq_at(odd, "/versions")).await,
            404,
            "faq_not_found",
        );
        let shelf = format!("{FAQ_CATEGORIES}/{odd}");
        assert_problem(&server.api.get(&shelf).await, 404, "category_not_found");
        let gone = staff.call(Method::DELETE, &shelf, None).await;
        assert_problem(&gone, 404, "category_not_found");
    }
    let patch = server
        .api
        .patch(&faq_at("FAQ-00000001", ""), &json!({}))
        .await;
    assert_problem(&patch, 405, "method_not_allowed");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_means_nothing_is_refused_by_name() {
    let server = TestServer::start().await;
    for (query, field) in [
        ("category=Pas%20Un%20Id", "category"),
        ("published=oui", "published"),
        ("locale=x", "locale"),
        ("page=0", "page"),
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("tags=a%00b", "tags"),
    ] {
        let answer = server.api.get(&format!("{FAQ}?{query}")).await;
        assert_refused(&answer, &[field]);
    }
    for odd in [
        "",
        "?tags=,,",
        "?category=",
        "?page=4000000000",
        "?nothing=1",
        "?published=true&limit=1",
    ] {
        server.api.get(&format!("{FAQ}{odd}")).await.expect(200);
    }
    for odd in ["fr;q=9", "*", "e\u{e9}, fr", &"fr,".repeat(500)] {
        let odd = server.api.with_header("Accept-Language", odd);
        odd.get(FAQ).await.expect(200);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn html_is_kept_as_it_was_written_and_never_taken_for_more() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let evil = "<script>alert('é & \"co\"')</script> ?";
    let id = article_by(
        &staff,
        json!({ "question": evil, "answer": evil, "tags": [evil] }),
    )
    .await;
    let shown = server.api.get(&faq_at(&id, "")).await.expect(200);
    assert_eq!(shown.text_at("/question"), evil);
    assert_eq!(shown.text_at("/answer"), evil);
    assert_eq!(shown.header("content-type"), "application/json");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_of_any_length_the_form_takes_gets_suggestions() {
    let server = TestServer::start().await;
    let suggestions = "/api/support/contact/suggestions";
    let lines = "Bonjour,\r\n\nje voudrais suivre ma commande.\n\tMerci !";
    let long = format!("{lines}\n{}", "x ".repeat((20_000 - lines.len()) / 2 - 1));
    for message in [lines, &long] {
        let letter = json!({ "subject": "Suivi de commande", "message": message });
        let found = server.api.post(suggestions, &letter).await.expect(200);
        assert_eq!(
            found.text_at("/0/question"),
            "Comment suivre ma commande ?",
            "{}",
            found.text
        );
    }
    let wrong = json!({ "subject": "un\0zéro", "message": "x".repeat(20_001), "locale": 7 });
    let refused = server.api.post(suggestions, &wrong).await;
    assert_refused(&refused, &["subject", "message", "locale"]);
    server.stop().await;
}
