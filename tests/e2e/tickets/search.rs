//! Searches: French words, days in Paris, pages and cursors like a list's.

use chrono::{Duration, NaiveTime, TimeDelta};
use serde_json::json;
use shared_kernel::Clock as _;
use testkit::{Api, TestServer};

use super::forty::Forty;
use crate::desk::{CONTACT, JEAN, SEARCH, at, form_with, ids, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_on_by_cursor_and_by_page_like_a_list() {
    let desk = Forty::open().await;
    let whole = desk
        .claire
        .get(&format!("{SEARCH}?keyword=voyant&limit=100"))
        .await
        .expect(200);
    assert_eq!(whole.body["total"], 40);
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = desk
            .claire
            .get(&format!("{SEARCH}?keyword=voyant&limit=9{cursor}"))
            .await
            .expect(200);
        walked.extend(ids(&part));
        let Some(next) = part.body["nextCursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, ids(&whole));
    let second = desk
        .claire
        .get(&format!("{SEARCH}?keyword=voyant&limit=9&page=2"))
        .await
        .expect(200);
    assert_eq!(ids(&second), walked[9..18]);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_whatever_their_accents_endings_and_place_in_the_thread() {
    let server = TestServer::start().await;
    let claire = server.staff("claire");
    let jean = server.customer("cst-jean", JEAN);
    let battery = ticket_by(&jean, JEAN).await;
    let delivery = json!({
        "subject": "Livraison incomplète du colis",
        "message": "Il manque deux plaquettes de frein dans le colis que j'ai reçu hier.",
    });
    let delivery = jean
        .post(CONTACT, &form_with(JEAN, delivery))
        .await
        .expect(201);
    let delivery = delivery.text_at("/msg_id").to_owned();
    let answer =
        json!({ "message": "Vérifiez les cosses, l'œil de la courroie et l'état des bougies." });
    claire
        .post(&at(&battery, "/responses"), &answer)
        .await
        .expect(201);
    let note = json!({ "message": "Client procédurier", "internal": true });
    claire
        .post(&at(&battery, "/responses"), &note)
        .await
        .expect(201);

    let find = async |caller: &Api, words: &str| {
        let query = url_encoded(words);
        ids(&caller
            .get(&format!("{SEARCH}?keyword={query}"))
            .await
            .expect(200))
    };
    for (words, expected) in [
        ("demarrage", &battery),
        ("démarrage", &battery),
        ("DÉMARRAGES", &battery),
        ("démarrer", &battery),
        ("livraisons", &delivery),
        ("livraison", &delivery),
        ("plaquette", &delivery),
        ("incomplete", &delivery),
        ("recu", &delivery),
        ("cosse", &battery),
        ("bougie", &battery),
        ("verifiez", &battery),
        ("\"voyant batterie\"", &battery),
        ("colis -batterie", &delivery),
        ("le démarrage de la voiture OU démarrage", &battery),
        (battery.as_str(), &battery),
    ] {
        for caller in [&claire, &jean] {
            assert_eq!(find(caller, words).await, [expected.as_str()], "{words}");
        }
    }
    let both = find(&claire, "batterie OU colis").await;
    assert_eq!(both.len(), 2);
    for words in ["\"batterie voyant\"", "xylophone", "colis -frein"] {
        assert_eq!(find(&claire, words).await, Vec::<String>::new(), "{words}");
    }
    assert_eq!(find(&claire, "procédurier").await, [battery.as_str()]);
    assert_eq!(find(&jean, "procédurier").await, Vec::<String>::new());
    let paul = server.customer("cst-paul", "paul@example.com");
    for words in ["demarrage", battery.as_str()] {
        assert_eq!(find(&paul, words).await, Vec::<String>::new(), "{words}");
    }
    server.stop().await;
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_without_time_is_that_day_in_paris() {
    let server = TestServer::start().await;
    let claire = server.staff("claire");
    // Half an hour before midnight in UTC is past midnight in Paris, all year round.
    let late = NaiveTime::from_hms_opt(23, 30, 0).expect("a time of day");
    let tonight = (server.clock.now() + Duration::days(1))
        .date_naive()
        .and_time(late)
        .and_utc();
    server.clock.advance(tonight - server.clock.now());
    let id = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let day = tonight.date_naive();
    let next = day.succ_opt().expect("a next day");
    let minutes = |n: i64| {
        (tonight + TimeDelta::minutes(n))
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string()
    };
    for (query, found) in [
        (format!("date_from={next}&date_to={next}"), true),
        (format!("date_from={day}"), true),
        (format!("date_to={day}"), false),
        (format!("date_from={day}&date_to={day}"), false),
        (
            format!("date_from={}", next.succ_opt().expect("a next day")),
            false,
        ),
        (
            format!("date_from={}&date_to={}", minutes(-1), minutes(5)),
            true,
        ),
        (format!("date_from={}", minutes(5)), false),
        (format!("date_to={}", minutes(-1)), false),
        (format!("date_from={next}T00:00:00%2B01:00"), true),
        (format!("date_from={next}&date_to={day}"), false),
    ] {
        let answer = claire.get(&format!("{SEARCH}?{query}")).await.expect(200);
        let expected: Vec<&str> = if found { vec![&id] } else { vec![] };
        assert_eq!(ids(&answer), expected, "{query}");
        assert_eq!(answer.body["total"], expected.len(), "{query}");
    }
    server.stop().await;
}
