//! Versions: every change is kept, and any can stand again.

use reqwest::Method;
use serde_json::json;
use testkit::{Api, TestServer};

use crate::desk::{FAQ_CATEGORIES, article_by, faq_at};

async fn delete(api: &Api, path: &str) -> testkit::Answer {
    api.call(Method::DELETE, path, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_says_who_when_and_what_it_then_was() {
    let server = TestServer::start().await;
    let (claire, anne) = (server.staff("staff-claire"), server.admin("admin-anne"));
    let id = article_by(&claire, json!({})).await;
    anne.put(&faq_at(&id, ""), &json!({ "order": 8 }))
        .await
        .expect(200);
    // No change, no version.
    anne.put(&faq_at(&id, ""), &json!({ "order": 8 }))
        .await
        .expect(200);
    let versions = claire.get(&faq_at(&id, "/versions")).await.expect(200);
    let kept = versions.body.as_array().unwrap();
    assert_eq!(kept.len(), 2);
    for (place, version, change, by, order) in [
        (0, 2, "updated", "admin-anne", 8),
        (1, 1, "created", "staff-claire", 5),
    ] {
        let kept = &kept[place];
        assert_eq!(kept["version"], version);
        assert_eq!(kept["change"], change);
        assert_eq!(kept["changedBy"], by);
        assert_eq!(kept["snapshot"]["order"], order);
        assert_eq!(
            kept["snapshot"]["texts"]["fr"]["question"],
            "Puis-je modifier ma commande ?"
        );
        assert!(kept["changedAt"].as_str().unwrap().ends_with('Z'));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_stands_again_as_a_new_one() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = article_by(&staff, json!({})).await;
    let changed =
        json!({ "question": "Une question toute autre ?", "tags": [], "published": false });
    staff.put(&faq_at(&id, ""), &changed).await.expect(200);
    let restore = faq_at(&id, "/versions/1/restore");
    let restored = staff.post(&restore, &json!({})).await.expect(200);
    assert_eq!(
        restored.text_at("/question"),
        "Puis-je modifier ma commande ?"
    );
    assert_eq!(restored.body["tags"], json!(["commande"]));
    assert_eq!(restored.body["version"], 3);
    server.api.get(&faq_at(&id, "")).await.expect(200);
    for absent in [
        "/versions/9/restore",
        "/versions/x/restore",
        "/versions/-1/restore",
    ] {
        staff
            .post(&faq_at(&id, absent), &json!({}))
            .await
            .expect(404);
    }
    let never = faq_at("FAQ-ZZZZZZZZ", "/versions");
    staff.get(&never).await.expect(404);
    staff
        .post(&format!("{never}/1/restore"), &json!({}))
        .await
        .expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_article_is_restored_under_its_id_if_its_category_is_there() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let shelf = json!({ "id": "tyres", "name": "Pneus", "published": true });
    staff.post(FAQ_CATEGORIES, &shelf).await.expect(201);
    let id = article_by(&staff, json!({ "category": "tyres" })).await;
    delete(&staff, &faq_at(&id, "")).await.expect(204);
    let versions = staff.get(&faq_at(&id, "/versions")).await.expect(200);
    assert_eq!(versions.body[0]["change"], "deleted");
    let at = format!("{FAQ_CATEGORIES}/tyres");
    delete(&staff, &at).await.expect(204);
    let restore = faq_at(&id, "/versions/1/restore");
    let refused = staff.post(&restore, &json!({})).await.expect(400);
    assert_eq!(refused.body["errors"][0]["field"], "category");
    staff.post(FAQ_CATEGORIES, &shelf).await.expect(201);
    let back = staff.post(&restore, &json!({})).await.expect(200);
    assert_eq!(
        (back.text_at("/id"), &back.body["version"]),
        (id.as_str(), &json!(3))
    );
    assert_eq!(back.text_at("/createdBy"), "staff-claire");
    server.api.get(&faq_at(&id, "")).await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_over_what_they_did_not_see_is_told() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = article_by(&staff, json!({})).await;
    let at = faq_at(&id, "");
    let tag = server
        .api
        .get(&at)
        .await
        .expect(200)
        .header("etag")
        .to_owned();
    let seen = staff.with_header("If-Match", &tag);
    let written = seen.put(&at, &json!({ "order": 1 })).await.expect(200);
    assert_ne!(written.header("etag"), tag);
    let stale = seen.put(&at, &json!({ "order": 2 })).await.expect(412);
    assert_eq!(stale.text_at("/code"), "stale_version");
    seen.post(&faq_at(&id, "/versions/1/restore"), &json!({}))
        .await
        .expect(412);
    delete(&seen, &at).await.expect(412);
    for odd in ["\"2", "2", "W/\"1\"", "\"two\"", "\"02\""] {
        let odd = staff.with_header("If-Match", odd);
        odd.put(&at, &json!({ "order": 3 })).await.expect(412);
    }
    for good in [written.header("etag"), "\"2\"", "W/\"2\"", "*"] {
        let good = staff.with_header("If-Match", good);
        good.put(&at, &json!({ "order": 1 })).await.expect(200);
    }
    let now = server.api.get(&at).await.expect(200);
    assert_eq!(
        (&now.body["order"], &now.body["version"]),
        (&json!(1), &json!(2))
    );
    // What readers do to it is no change of what it says.
    let client = server.database.client().await;
    let viewed = "INSERT INTO faq_counter (faq_id, views) VALUES ($1, 7) ON CONFLICT (faq_id) DO UPDATE SET views = 7";
    client.execute(viewed, &[&id]).await.unwrap();
    let seen = staff.with_header("If-Match", now.header("etag"));
    delete(&seen, &at).await.expect(204);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_is_reached_part_by_part() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = article_by(&staff, json!({})).await;
    for order in 1..=6 {
        let change = json!({ "order": order });
        staff.put(&faq_at(&id, ""), &change).await.expect(200);
    }
    let all = staff.get(&faq_at(&id, "/versions")).await.expect(200);
    let number = |version: &serde_json::Value| version["version"].as_u64();
    let all: Vec<_> = all.body.as_array().unwrap().iter().map(number).collect();
    let (mut walked, mut next) = (Vec::new(), faq_at(&id, "/versions?limit=3"));
    loop {
        let part = staff.get(&next).await.expect(200);
        walked.extend(part.body.as_array().unwrap().iter().map(number));
        let cursor = part.header("x-next-cursor").to_owned();
        if cursor.is_empty() {
            assert_eq!(part.header("link"), "");
            break;
        }
        let link = format!(
            "<{}?limit=3&cursor={cursor}>; rel=\"next\"",
            faq_at(&id, "/versions")
        );
        assert_eq!(part.header("link"), link);
        next = faq_at(&id, &format!("/versions?limit=3&cursor={cursor}"));
    }
    assert_eq!(walked, all);
    let odd = faq_at(&id, "/versions?limit=0&cursor=x");
    let refused = staff.get(&odd).await.expect(400);
    assert_eq!(refused.body["errors"].as_array().map(Vec::len), Some(2));
    server.stop().await;
}
