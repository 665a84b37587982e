//! Tags, as people compare them.

use serde_json::json;
use testkit::TestServer;

use crate::desk::{FAQ, article_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_is_found_however_it_is_written() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = article_by(&staff, json!({ "tags": ["Échange standard"] })).await;
    let client = server.database.client().await;
    // As a release before kept it: letter and accent apart.
    let apart = article_by(&staff, json!({ "tags": ["autre"] })).await;
    let sql =
        "UPDATE ___xtr_faq SET faq_tags = ARRAY[E'e\\u0301change Standard'] WHERE faq_id = $1";
    client.execute(sql, &[&apart]).await.unwrap();
    for tag in [
        "%C3%89change%20standard",
        "%C3%A9change%20standard",
        "e%CC%81change%20standard",
        "ECHANGE%20STANDARD",
        "%C3%A9change%C2%A0standard%E2%80%8B",
        "rien,echange%20standard",
    ] {
        for query in [
            format!("{FAQ}?tags={tag}"),
            format!("{FAQ}?search=commande&tags={tag}"),
        ] {
            let found = server.api.get(&query).await.expect(200);
            assert!(found.text.contains(&id), "{query}: {}", found.text);
            assert!(found.text.contains(&apart), "{query}: {}", found.text);
        }
    }
    let none = server
        .api
        .get(&format!("{FAQ}?tags=echange"))
        .await
        .expect(200);
    assert!(!none.text.contains(&id), "{}", none.text);
    server.stop().await;
}
