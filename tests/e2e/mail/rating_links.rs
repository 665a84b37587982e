//! The link in the closing mail: it rates its closing, once, and nothing else.

use chrono::TimeDelta;
use reqwest::redirect::Policy;
use serde_json::json;

use super::desk::Desk;
use crate::desk::at;

/// The signed part of the link in the newest closing mail.
async fn sig(desk: &Desk, id: &str) -> String {
    let mail = desk.last_about("contact_resolved", id).await;
    let text = mail.part("text/plain").expect("a text part");
    let link = text
        .split_whitespace()
        .find(|word| word.starts_with("https://aide.shop.example/rate/"))
        .unwrap_or_else(|| panic!("no link in {text}"));
    assert!(link.contains(id), "{link}");
    let html = mail.part("text/html").unwrap_or_default();
    let html = html.replace("&#x2f;", "/").replace("&amp;", "&");
    assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
    link.split("sig=").nth(1).expect("a signature").to_owned()
}

/// What the form behind the link sends.
async fn submit(desk: &Desk, id: &str, sig: &str, form: &str) -> (u16, String) {
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let url = format!("http://{}/rate/{id}?sig={sig}", desk.server.server.address);
    let sent = client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .expect("the server answers");
    (
        sent.status().as_u16(),
        sent.text().await.unwrap_or_default(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_in_the_closing_mail_opens_a_form_that_rates_the_ticket() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let sig = sig(&desk, &id).await;
    let page = desk
        .server
        .api
        .get(&format!("/rate/{id}?sig={sig}"))
        .await
        .expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("<form") && page.text.contains(&id));
    let (status, _) = submit(&desk, &id, &sig, "feedback=rien").await;
    assert_eq!(status, 400, "no rating chosen");
    let (status, page) = submit(&desk, &id, &sig, "rating=4&feedback=Tr%C3%A8s+bien").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Merci"), "{page}");
    let shown = desk.claire.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.body["satisfaction"]["rating"], 4);
    assert_eq!(shown.text_at("/satisfaction/feedback"), "Très bien");
    assert_eq!(shown.text_at("/status"), "closed");
    // A double click is no second rating; another opinion is refused.
    assert_eq!(submit(&desk, &id, &sig, "rating=4").await.0, 200);
    assert_eq!(submit(&desk, &id, &sig, "rating=1").await.0, 409);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_says_what_is_wrong_with_each_field_and_keeps_what_was_typed() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let sig = sig(&desk, &id).await;
    let choose = "Merci de choisir une note";
    let (status, page) = submit(&desk, &id, &sig, "feedback=Tr%C3%A8s+%3Cbien%3E").await;
    assert_eq!(status, 400);
    assert!(
        page.contains(choose) && page.contains("\nTrès &lt;bien&gt;</textarea>"),
        "{page}"
    );
    let long = "a%0D%0A".repeat(1_001);
    let (status, page) = submit(&desk, &id, &sig, &format!("rating=4&feedback={long}")).await;
    assert_eq!(status, 400);
    assert!(
        !page.contains(choose) && page.contains("trop long"),
        "{page}"
    );
    assert!(
        page.contains("value=\"4\" required aria-label=\"4 sur 5\" checked"),
        "{page}"
    );
    let (status, page) = submit(&desk, &id, &sig, "rating=9&feedback=caf%E9").await;
    assert_eq!(status, 400);
    assert!(
        page.contains(choose) && page.contains("pas pu être lu"),
        "{page}"
    );
    // Which of two is meant would be a guess.
    let (status, page) = submit(&desk, &id, &sig, "rating=4&rating=5&feedback=Bien").await;
    assert_eq!(status, 400);
    assert!(
        page.contains(choose) && !page.contains("sur 5\" checked"),
        "{page}"
    );
    let (status, page) = submit(&desk, &id, &sig, "rating=4&feedback=Bien&feedback=Mal").await;
    assert!(status == 400 && page.contains("pas pu être lu"), "{page}");
    let path = format!("/rate/{id}?sig={sig}");
    let json = desk.server.api.post(&path, &json!({ "rating": 4 })).await;
    let json = json.expect(415);
    assert!(
        json.text_at("/message").contains("formulaire"),
        "{}",
        json.text
    );
    let shown = desk.claire.get(&at(&id, "")).await.expect(200);
    assert!(shown.body["satisfaction"].is_null(), "{}", shown.text);
    // The same twice is one.
    let (status, _) = submit(
        &desk,
        &id,
        &sig,
        "rating=4&rating=4&feedback=&feedback=Bien",
    )
    .await;
    assert_eq!(status, 200);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_as_long_as_the_browser_counts_it() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let sig = sig(&desk, &id).await;
    let page = desk
        .server
        .api
        .get(&format!("/rate/{id}?sig={sig}"))
        .await
        .expect(200);
    assert!(page.text.contains("maxlength=\"2000\""), "{}", page.text);
    // Two thousand for the browser, three thousand bytes of line breaks on the way.
    let typed = "a%0D%0A".repeat(1_000);
    let (status, page) = submit(&desk, &id, &sig, &format!("rating=5&feedback={typed}")).await;
    assert_eq!(status, 200, "{page}");
    let shown = desk.claire.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.text_at("/satisfaction/feedback").len(), 2_000);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_rates_through_the_api_as_well_and_only_once() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let sig = sig(&desk, &id).await;
    let path = at(&id, &format!("/satisfaction?sig={sig}"));
    let five = json!({ "rating": 5, "feedback": "Parfait" });
    let rated = desk.server.api.post(&path, &five).await.expect(200);
    assert_eq!(rated.body["satisfaction"]["rating"], 5);
    desk.server.api.post(&path, &five).await.expect(200);
    let refused = desk
        .server
        .api
        .post(&path, &json!({ "rating": 1 }))
        .await
        .expect(409);
    assert_eq!(refused.text_at("/code"), "already_rated");
    let owner = desk
        .jean
        .post(&at(&id, "/satisfaction"), &json!({ "rating": 2 }))
        .await;
    assert_eq!(owner.status, 409);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_tampered_with_or_belongs_elsewhere_is_refused() {
    let desk = Desk::open().await;
    let (id, other) = (desk.ticket().await, desk.ticket().await);
    desk.close(&other).await;
    desk.close(&id).await;
    let good = sig(&desk, &id).await;
    let mut letters: Vec<char> = good.chars().collect();
    let last = letters.len() - 2;
    letters[last] = if letters[last] == 'A' { 'B' } else { 'A' };
    let flipped: String = letters.into_iter().collect();
    let (closing, rest) = good.split_once('.').expect("a closing");
    let later = good.replacen(
        &rest[..10],
        &(rest[..10].parse::<i64>().unwrap() + 1).to_string(),
        1,
    );
    let five = json!({ "rating": 5 });
    for bad in [
        flipped,
        format!("2.{rest}"),
        later,
        closing.to_owned(),
        "x".to_owned(),
        "%00".to_owned(),
    ] {
        let path = at(&id, &format!("/satisfaction?sig={bad}"));
        let refused = desk.server.api.post(&path, &five).await;
        assert!(
            [400, 403].contains(&refused.status),
            "{bad}: {}",
            refused.text
        );
        let page = desk
            .server
            .api
            .get(&format!("/rate/{id}?sig={bad}"))
            .await
            .expect(403);
        assert!(!page.text.contains(&id), "{}", page.text);
        assert_eq!(submit(&desk, &id, &bad, "rating=5").await.0, 403);
    }
    let path = at(&other, &format!("/satisfaction?sig={good}"));
    desk.server.api.post(&path, &five).await.expect(403);
    let absent = at("TICKET-00000000", &format!("/satisfaction?sig={good}"));
    desk.server.api.post(&absent, &five).await.expect(403);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_for_its_closing_only_and_not_for_ever() {
    let desk = Desk::open().await;
    let id = desk.ticket().await;
    desk.close(&id).await;
    let first = sig(&desk, &id).await;
    let rate = |sig: &str, rating: u8| {
        let path = at(&id, &format!("/satisfaction?sig={sig}"));
        let api = desk.server.api.clone();
        async move { api.post(&path, &json!({ "rating": rating })).await }
    };
    // Reopened by the customer's answer: nothing to rate.
    let again = json!({ "message": "Toujours en panne." });
    desk.jean
        .post(&at(&id, "/responses"), &again)
        .await
        .expect(201);
    let open = rate(&first, 5).await.expect(409);
    assert_eq!(open.text_at("/code"), "ticket_still_open");
    desk.close(&id).await;
    let second = sig(&desk, &id).await;
    assert_ne!(first, second);
    let outdated = rate(&first, 5).await.expect(403);
    assert_eq!(outdated.text_at("/code"), "invalid_link");
    desk.server.clock.advance(TimeDelta::days(61));
    rate(&second, 5).await.expect(403);
    desk.server.stop().await;
}
