//! Finding answers: search, suggestions while typing and before sending, what found nothing.

use std::sync::Arc;

use serde_json::{Value, json};
use testkit::{Api, TestOptions, TestServer, eventually};

use crate::desk::{FAQ, article_by, each, faq_at};

const SUGGESTIONS: &str = "/api/support/contact/suggestions";
const UNANSWERED: &str = "/api/support/faq/stats/unanswered";

async fn search(api: &Api, words: &str) -> testkit::Answer {
    let query = form(&[("search", words)]);
    api.get(&format!("{FAQ}?{query}")).await.expect(200)
}

async fn suggest(api: &Api, typed: &str) -> testkit::Answer {
    let query = form(&[("q", typed)]);
    api.get(&faq_at("suggest", &format!("?{query}")))
        .await
        .expect(200)
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<String>()
    };
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    pairs.join("&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_ranks_and_shows_where_its_words_stand() {
    let server = TestServer::start().await;
    let found = search(&server.api, "LIVRASON délai").await;
    assert_eq!(
        found.body[0]["question"],
        "Quels sont les délais de livraison ?"
    );
    assert_eq!(
        found.body[0]["highlight"]["question"],
        "Quels sont les <mark>délais</mark> de <mark>livraison</mark> ?"
    );
    assert!(
        found.text_at("/0/answerHtml").starts_with("<p>"),
        "{}",
        found.text
    );
    assert_eq!(
        found.header("x-total-count"),
        found.body.as_array().unwrap().len().to_string()
    );
    // The specification's third example.
    let as_specified = server
        .api
        .get(&format!("{FAQ}?search=commande&published=true"))
        .await
        .expect(200);
    assert_eq!(
        as_specified.body[0]["question"],
        "Comment suivre ma commande ?"
    );
    let listed = server
        .api
        .get(&format!("{FAQ}?search=%20"))
        .await
        .expect(200);
    assert_eq!(
        listed.body.as_array().unwrap().len(),
        4,
        "no words, no search"
    );
    assert!(listed.body[0].get("highlight").is_none());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn html_in_articles_and_searches_is_inert_in_every_output() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let evil = "<img src=x onerror=alert(1)> batterie";
    let answer = format!("{evil}\n\n<script>alert(2)</script> [x](javascript:alert(3)) batterie");
    let id = article_by(
        &staff,
        json!({ "question": evil, "answer": answer, "tags": ["<b>batterie</b>"] }),
    )
    .await;
    for words in [
        "batterie",
        "<script>alert batterie",
        "\"><img onerror batterie",
    ] {
        let found = search(&server.api, words).await;
        let article = &found.body[0];
        assert_eq!(article["id"], Value::from(id.as_str()));
        for member in [
            &article["highlight"]["question"],
            &article["highlight"]["answer"],
            &article["answerHtml"],
        ] {
            let html = member.as_str().unwrap();
            for dangerous in ["<img", "<script", "<b>", "javascript:alert(3)\""] {
                assert!(!html.contains(dangerous), "{dangerous} in {html}");
            }
        }
        let marked = article["highlight"]["question"].as_str().unwrap();
        assert!(marked.contains("<mark>batterie</mark>"), "{marked}");
        assert_eq!(article["question"], evil, "fields of text are text");
    }
    let suggested = suggest(&server.api, "batter").await;
    let marked = suggested.text_at("/0/highlight");
    assert!(marked.starts_with("&lt;img src=x"), "{marked}");
    let letter = json!({ "subject": "batterie onerror", "message": "alert batterie script" });
    let suggested = server.api.post(SUGGESTIONS, &letter).await.expect(200);
    for member in ["/0/excerpt", "/0/answerHtml"] {
        let html = suggested.text_at(member);
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_find_what_is_not_published_and_nobody_is_suggested_it() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let hidden = json!({ "question": "Comment poser un attelage ?", "published": false });
    let id = article_by(&staff, hidden).await;
    assert_eq!(each(&search(&staff, "attelage").await, "id"), [id.as_str()]);
    for caller in [
        &server.api,
        &server.customer("cst-jean", "jean@example.com"),
    ] {
        assert_eq!(search(caller, "attelage").await.body, json!([]));
    }
    for caller in [&server.api, &staff] {
        assert_eq!(suggest(caller, "attel").await.body, json!([]));
        let letter = json!({ "subject": "attelage", "message": "poser un attelage" });
        let suggested = caller.post(SUGGESTIONS, &letter).await.expect(200);
        assert_eq!(suggested.body, json!([]));
    }
    staff
        .put(&faq_at(&id, ""), &json!({ "published": true }))
        .await
        .expect(200);
    assert_eq!(
        each(&search(&server.api, "attelage").await, "id"),
        [id.as_str()]
    );
    assert_eq!(
        each(&suggest(&server.api, "attel").await, "id"),
        [id.as_str()]
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_follow_what_is_being_typed_and_may_be_kept_for_a_moment() {
    let server = TestServer::start().await;
    for typed in ["li", "livr", "délais de livr", "delais livraison"] {
        let suggested = suggest(&server.api, typed).await;
        let questions = each(&suggested, "question");
        assert!(
            questions.contains(&"Quels sont les délais de livraison ?"),
            "{typed}: {questions:?}"
        );
        assert!(
            suggested
                .header("cache-control")
                .starts_with("public, max-age=")
        );
        assert_eq!(suggested.header("vary"), "Accept-Language");
    }
    let english = server
        .api
        .with_header("accept-language", "en-GB, fr;q=0.5")
        .get(&faq_at("suggest", "?q=deliv"))
        .await
        .expect(200);
    assert!(
        english.text_at("/0/highlight").contains("<mark>"),
        "{}",
        english.text
    );
    assert_eq!(suggest(&server.api, "?!").await.body, json!([]));
    server.api.get(&faq_at("suggest", "")).await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_gets_the_articles_that_may_answer_it_before_it_is_sent() {
    let server = TestServer::start().await;
    let form = json!({
        "subject": "Suivi de commande",
        "message": "Bonjour, j'ai passé une commande la semaine dernière et je voudrais savoir où la suivre. Merci d'avance.",
    });
    let suggested = server.api.post(SUGGESTIONS, &form).await.expect(200);
    assert_eq!(
        suggested.body[0]["question"],
        "Comment suivre ma commande ?"
    );
    for member in ["id", "excerpt", "answerHtml", "category"] {
        assert!(
            !suggested.body[0][member].as_str().unwrap().is_empty(),
            "{member}"
        );
    }
    assert!(suggested.body[0]["score"].as_f64().unwrap() > 0.0);
    for form in [
        json!({}),
        json!({ "subject": "Stage", "message": "Je cherche un stage en marketing de six mois." }),
    ] {
        let suggested = server.api.post(SUGGESTIONS, &form).await.expect(200);
        assert_eq!(suggested.body, json!([]));
    }
    let tickets = crate::desk::count(&server, "___xtr_msg").await;
    assert_eq!(tickets, 0, "nothing was sent");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_that_find_nothing_are_counted_without_what_is_personal() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    for words in [
        "Attelage  REMORQUE",
        "attelage remorque",
        "galerie de toit jean@dupont.fr 0612345678",
        "0612345678",
    ] {
        assert_eq!(search(&server.api, words).await.body, json!([]), "{words}");
    }
    suggest(&server.api, "attelag").await;
    let counted = eventually("the searches are counted", async || {
        let counted = staff.get(UNANSWERED).await.expect(200);
        (counted.body.as_array().unwrap().len() == 2).then_some(counted)
    })
    .await;
    assert_eq!(
        each(&counted, "query"),
        ["attelage remorque", "galerie de toit *"]
    );
    assert_eq!(counted.body[0]["count"], 2);
    assert_eq!(counted.body[0]["locale"], "fr");
    let first = staff
        .get(&format!("{UNANSWERED}?limit=1"))
        .await
        .expect(200);
    assert_eq!(each(&first, "query"), ["attelage remorque"]);
    let next = first.header("x-next-cursor");
    let path = format!("{UNANSWERED}?limit=1&cursor={next}");
    let second = staff.get(&path).await.expect(200);
    assert_eq!(each(&second, "query"), ["galerie de toit *"]);
    assert_eq!(second.header("x-next-cursor"), "");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_found_nothing_is_counted_though_the_server_stops_at_once() {
    let server = TestServer::start().await;
    let database = Arc::clone(&server.database);
    search(&server.api, "attelage remorque").await;
    server.stop().await;
    let client = database.client().await;
    let rows = client
        .query("SELECT query, times FROM faq_unanswered", &[])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].get::<_, String>(0), "attelage remorque");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_search_without_end() {
    let settings = vec![
        ("GUICHET__LIMITS__SEARCHES_PER_MINUTE", "1".to_owned()),
        ("GUICHET__LIMITS__SEARCHES_BURST", "3".to_owned()),
    ];
    let server = TestServer::start_with(TestOptions {
        settings,
        ..TestOptions::default()
    })
    .await;
    search(&server.api, "livraison").await;
    suggest(&server.api, "livr").await;
    let letter = json!({ "subject": "a", "message": "b" });
    server.api.post(SUGGESTIONS, &letter).await.expect(200);
    let refused = server
        .api
        .get(&faq_at("suggest", "?q=li"))
        .await
        .expect(429);
    assert!(!refused.header("retry-after").is_empty());
    server
        .api
        .get(&format!("{FAQ}?search=livraison"))
        .await
        .expect(429);
    server.api.get(FAQ).await.expect(200);
    server.stop().await;
}
