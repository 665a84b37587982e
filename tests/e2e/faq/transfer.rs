//! The whole base as a file, out and in.

use faq_domain::use_cases::{ImportError, Imported, Surroundings};
use guichet::faq::{exchange, transfer};
use guichet::process::clock::SystemClock;
use identity::RandomIds;
use serde_json::{Value, json};
use testkit::{TestServer, eventually};

use crate::desk::{FAQ, article_by, count, faq_at};

async fn import(server: &TestServer, file: &str) -> Result<Imported, ImportError> {
    let (clock, ids) = (SystemClock, RandomIds::new(&[7; 32]));
    let with = Surroundings {
        clock: &clock,
        ids: &ids,
    };
    let base = transfer::read(file).expect("the file is fine");
    exchange::import(&server.server.work, with, base).await
}

async fn exported(server: &TestServer) -> String {
    exchange::export(&server.server.store).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_an_export_changes_nothing() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let english =
        json!({ "question": "Can I change my order?", "answer": "Yes, until it is **packed**." });
    article_by(
        &staff,
        json!({ "translations": { "en": english }, "published": false }),
    )
    .await;
    let file = exported(&server).await;
    let versions = count(&server, "___xtr_faq_history").await;
    let imported = import(&server, &file).await.unwrap();
    assert_eq!(
        (imported.categories, imported.articles, imported.unchanged),
        (0, 0, 11)
    );
    assert_eq!(count(&server, "___xtr_faq_history").await, versions);
    assert_eq!(exported(&server).await, file);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_base_becomes_what_the_file_says() {
    let (one, other) = tokio::join!(TestServer::start(), TestServer::start());
    article_by(
        &one.staff("staff-claire"),
        json!({ "tags": ["œuvre", "a b"] }),
    )
    .await;
    let file = exported(&one).await;
    let client = other.database.client().await;
    client
        .batch_execute("DELETE FROM ___xtr_faq; DELETE FROM ___xtr_faq_category")
        .await
        .unwrap();
    import(&other, &file).await.unwrap();
    assert_eq!(exported(&other).await, file);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_changes_is_a_version_by_the_import_and_shows_at_once() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let at = faq_at("FAQ-00000001", "");
    server.api.get(&at).await.expect(200);
    let mut file: Value = serde_json::from_str(&exported(&server).await).unwrap();
    let articles = file["articles"].as_array_mut().unwrap();
    articles.retain(|article| article["id"] == "FAQ-00000001");
    articles[0]["texts"]["fr"]["question"] = json!("Comment suivre mon colis ?");
    let imported = import(&server, &file.to_string()).await.unwrap();
    assert_eq!(
        (imported.categories, imported.articles, imported.unchanged),
        (0, 1, 6)
    );
    eventually("the change shows", async || {
        let shown = server.api.get(&at).await.expect(200);
        (shown.body["question"] == "Comment suivre mon colis ?").then_some(())
    })
    .await;
    let versions = staff
        .get(&faq_at("FAQ-00000001", "/versions"))
        .await
        .expect(200);
    assert!(
        versions.text.contains("\"imported\"") && versions.text.contains("\"import\""),
        "{}",
        versions.text
    );
    let listed = server.api.get(FAQ).await.expect(200);
    assert_eq!(
        listed.body.as_array().unwrap().len(),
        4,
        "what the file does not name stays"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_fault_changes_nothing_and_names_the_place() {
    let server = TestServer::start().await;
    let text = json!({ "fr": { "question": "Une question assez longue ?", "answer": "Une réponse assez longue." } });
    let article = |id: &str, category: &str| json!({ "id": id, "category": category, "order": 0, "published": true, "tags": [], "texts": text });
    let file = json!({ "categories": [], "articles": [article("FAQ-A", "orders"), article("FAQ-B", "nowhere"), article("FAQ-A2", "neither")] });
    let refused = import(&server, &file.to_string()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "articles[1].category: unknown category\narticles[2].category: unknown category"
    );
    assert_eq!(count(&server, "___xtr_faq").await, 4);
    // With a fault in the file, too, all is told at once.
    let mut faulty = file.clone();
    faulty["articles"][1]["order"] = json!(-4);
    let faults = transfer::read(&faulty.to_string()).unwrap_err();
    assert_eq!(faults.told(), ["articles[1].order: must be 0 or more"]);
    let store = &server.server.store;
    let unknown = exchange::unknown_categories(store, &faults).await.unwrap();
    assert_eq!(
        unknown,
        [
            "articles[1].category: unknown category",
            "articles[2].category: unknown category"
        ]
    );
    server.stop().await;
}
