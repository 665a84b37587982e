//! The specification's third scenario, step by step: a customer helps themselves.

use serde_json::json;
use testkit::{TestServer, eventually};

use crate::desk::{FAQ, each, faq_at};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_finds_reads_and_rates_an_article_and_staff_see_it_in_the_figures() {
    let server = TestServer::start().await;
    let visitor = server.api.with_header("User-Agent", "a browser");

    // 1. They search: four results.
    let search = format!("{FAQ}?search=commande&published=true");
    let found = visitor.get(&search).await.expect(200);
    let ids = each(&found, "id");
    assert_eq!(ids.len(), 4, "{}", found.text);

    // 2. They open one: its views grow by one, however often they reload.
    let id = ids[1].to_owned();
    let before = visitor.get(&faq_at(&id, "")).await.expect(200);
    assert_eq!(before.body["views"], 0);
    let viewing = faq_at(&id, "?incrementView=true");
    for _ in 0..3 {
        let viewed = visitor.get(&viewing).await.expect(200);
        assert_eq!(viewed.body["views"], 1, "{}", viewed.text);
    }
    let shown = server.api.get(&faq_at(&id, "")).await.expect(200);
    assert_eq!(shown.body["views"], 1, "for everybody");

    // 3. They find it helpful.
    let vote = json!({ "helpful": true });
    let voted = visitor
        .put(&faq_at(&id, "/helpful"), &vote)
        .await
        .expect(200);
    assert_eq!(
        (&voted.body["helpful"], &voted.body["notHelpful"]),
        (&json!(1), &json!(0))
    );

    // 4. An admin looks at the figures.
    let admin = server.admin("admin-anne");
    let at = format!("{FAQ}/stats");
    // Views are shown at once and written down a moment later; figures count what is written.
    let stats = eventually("the view is in the figures", async || {
        let stats = admin.get(&at).await.expect(200);
        (stats.body["totalViews"] == 1).then_some(stats)
    })
    .await;
    for named in ["mostViewedFAQ", "mostHelpfulFAQ"] {
        assert_eq!(stats.text_at(&format!("/{named}/id")), id, "{named}");
    }
    assert_eq!(stats.body["mostViewedFAQ"]["views"], 1);
    assert_eq!(stats.body["mostHelpfulFAQ"]["helpful"], 1);
    let category = voted.text_at("/category");
    assert_eq!(stats.body["categoryStats"][category]["views"], 1);
    server.stop().await;
}
