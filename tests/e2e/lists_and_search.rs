//! Lists and searches: every parameter, every order, every page, French words, days in Paris.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Duration, NaiveTime, TimeDelta};
use serde_json::{Value, json};
use shared_kernel::Clock as _;
use testkit::{Answer, Api, TestDatabase, TestOptions, TestServer};

use crate::desk::{CONTACT, JEAN, LIST, SEARCH, all_mail_sent, at, form_with, ids, ticket_by};
use crate::seeded::Seeded;

const ORDERS: [&str; 8] = [
    "sort_by=msg_date&sort_order=desc",
    "sort_by=msg_date&sort_order=asc",
    "sort_by=updated_at&sort_order=desc",
    "sort_by=updated_at&sort_order=asc",
    "sort_by=priority&sort_order=desc",
    "sort_by=priority&sort_order=asc",
    "sort_by=msg_subject&sort_order=desc",
    "sort_by=msg_subject&sort_order=asc",
];

struct Desk {
    server: TestServer,
    claire: Api,
    jean: Api,
    paul: Api,
    /// Every ticket as staff see it, newest first.
    all: Vec<Value>,
}

impl Desk {
    /// Forty tickets of two customers in every state.
    async fn open() -> Self {
        let server = TestServer::start().await;
        let claire = server.staff("claire");
        let jean = server.customer("cst-jean", JEAN);
        let paul = server.customer("cst-paul", "paul@example.com");
        for caller in [&claire, &jean, &paul, &server.staff("sophie")] {
            caller.get(LIST).await.expect(200);
        }
        let mut chance = Seeded::new(40);
        for number in 0..40 {
            server.clock.advance(TimeDelta::minutes(7));
            let (caller, email) = *chance.pick(&[(&jean, JEAN), (&paul, "paul@example.com")]);
            let letter = chance.pick(&["é", "e", "Z", "a", "È", "œ", "1"]);
            let form = json!({
                "priority": chance.pick(&["urgent", "high", "normal", "low"]),
                "category": chance.pick(&["general", "technical", "billing", "complaint", "suggestion"]),
                "subject": format!("{letter}lément de frein {}", number % 7),
            });
            let id = caller
                .post(CONTACT, &form_with(email, form))
                .await
                .expect(201);
            let id = id.text_at("/msg_id").to_owned();
            change(&mut chance, &claire, caller, &id).await;
        }
        let all = claire.get(&format!("{LIST}?limit=100")).await.expect(200);
        let all = all.body["tickets"].as_array().expect("a list").clone();
        assert_eq!(all.len(), 40);
        Self {
            server,
            claire,
            jean,
            paul,
            all,
        }
    }

    /// The ids of the tickets that are so, sorted.
    fn those(&self, so: impl Fn(&Value) -> bool) -> Vec<String> {
        let mut ids: Vec<String> = self
            .all
            .iter()
            .filter(|ticket| so(ticket))
            .map(id_of)
            .collect();
        ids.sort();
        ids
    }
}

fn id_of(ticket: &Value) -> String {
    ticket["msg_id"].as_str().unwrap_or_default().to_owned()
}

async fn change(chance: &mut Seeded, staff: &Api, customer: &Api, id: &str) {
    let text = json!({ "message": "Bonjour" });
    match chance.below(6) {
        0 => drop(
            staff
                .put(&at(id, "/assign"), &json!({ "staff_id": "claire" }))
                .await
                .expect(200),
        ),
        1 => drop(
            staff
                .put(&at(id, "/assign"), &json!({ "staff_id": "sophie" }))
                .await
                .expect(200),
        ),
        2 => drop(staff.post(&at(id, "/responses"), &text).await.expect(201)),
        3 => drop(
            staff
                .put(&at(id, "/status"), &json!({ "status": "closed" }))
                .await
                .expect(200),
        ),
        4 => drop(
            customer
                .put(&at(id, "/status"), &json!({ "status": "closed" }))
                .await
                .expect(200),
        ),
        _ => {}
    }
}

fn sorted(answer: &Answer) -> Vec<String> {
    let mut ids = ids(answer);
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_keeps_what_it_names_and_the_total_agrees() {
    let desk = Desk::open().await;
    let mut filters: Vec<(String, Vec<String>)> = Vec::new();
    for (name, field, values) in [
        (
            "priority",
            "priority",
            &["urgent", "high", "normal", "low"][..],
        ),
        (
            "category",
            "category",
            &["general", "technical", "billing", "complaint", "suggestion"],
        ),
        (
            "assigned_to",
            "msg_cnfa_id",
            &["claire", "sophie", "nobody"],
        ),
        (
            "status",
            "status",
            &["in_progress", "waiting_customer", "resolved"],
        ),
    ] {
        for value in values {
            filters.push((
                format!("{name}={value}"),
                desk.those(|ticket| ticket[field] == *value),
            ));
        }
    }
    for (group, flag) in [("open", "1"), ("closed", "0")] {
        filters.push((
            format!("status={group}"),
            desk.those(|ticket| ticket["msg_open"] == flag),
        ));
    }
    filters.push(("status=all".into(), desk.those(|_| true)));
    filters.push((
        "customer_email=Jean.Dupont%40EXAMPLE.com".into(),
        desk.those(|ticket| ticket["msg_cst_id"] == "cst-jean"),
    ));
    filters.push(("customer_email=nobody%40example.com".into(), Vec::new()));
    let both = desk.those(|ticket| {
        ticket["priority"] == "high"
            && ticket["msg_open"] == "1"
            && ticket["msg_cst_id"] == "cst-paul"
    });
    filters.push((
        "priority=high&status=open&customer_email=paul%40example.com".into(),
        both,
    ));
    for (query, expected) in &filters {
        let list = desk
            .claire
            .get(&format!("{LIST}?limit=100&{query}"))
            .await
            .expect(200);
        assert_eq!(sorted(&list), *expected, "{query}");
        assert_eq!(list.body["total"], expected.len(), "{query}");
        assert_eq!(list.body["nextCursor"], Value::Null, "{query}");
    }
    for query in [
        "priority=low",
        "category=billing",
        "customer_id=cst-jean",
        "customer_id=cst-paul&priority=urgent",
    ] {
        let expected = desk.those(|ticket| {
            query.split('&').all(|pair| match pair.split_once('=') {
                Some(("customer_id", id)) => ticket["msg_cst_id"] == id,
                Some((field, value)) => ticket[field] == value,
                None => true,
            })
        });
        let found = desk
            .claire
            .get(&format!("{SEARCH}?limit=100&{query}"))
            .await
            .expect(200);
        assert_eq!(
            (sorted(&found), &found.body["total"]),
            (expected.clone(), &json!(expected.len())),
            "{query}"
        );
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_list_and_find_their_own_whatever_they_ask_for() {
    let desk = Desk::open().await;
    let own = desk.those(|ticket| ticket["msg_cst_id"] == "cst-paul");
    for query in ["", "status=all", "sort_by=priority"] {
        let list = desk
            .paul
            .get(&format!("{LIST}?limit=100&{query}"))
            .await
            .expect(200);
        assert_eq!(sorted(&list), own, "{query}");
        assert_eq!(list.body["total"], own.len(), "{query}");
    }
    for route in [
        format!("{LIST}?customer_email=jean.dupont%40example.com"),
        format!("{SEARCH}?customer_id=cst-jean"),
    ] {
        let list = desk.paul.get(&route).await.expect(200);
        assert_eq!(
            (ids(&list), &list.body["total"]),
            (vec![], &json!(0)),
            "{route}"
        );
    }
    // Not even a ticket's number finds another's ticket.
    let others = &desk.those(|ticket| ticket["msg_cst_id"] == "cst-jean")[0];
    for (caller, expected) in [(&desk.paul, 0), (&desk.jean, 1), (&desk.claire, 1)] {
        let found = caller
            .get(&format!("{SEARCH}?keyword={}", others.to_lowercase()))
            .await
            .expect(200);
        assert_eq!(found.body["total"], expected);
    }
    // A cursor is no key to another's list.
    let staff = desk
        .claire
        .get(&format!("{LIST}?limit=3"))
        .await
        .expect(200);
    let cursor = staff.text_at("/nextCursor");
    let list = desk
        .paul
        .get(&format!("{LIST}?limit=100&cursor={cursor}"))
        .await
        .expect(200);
    assert!(ids(&list).iter().all(|id| own.contains(id)));
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_the_order_asked_for_and_newest_first_by_default() {
    let desk = Desk::open().await;
    let rank = |ticket: &Value| match ticket["priority"].as_str() {
        Some("urgent") => 3,
        Some("high") => 2,
        Some("normal") => 1,
        _ => 0,
    };
    let list = |query: &str| {
        let (path, claire) = (format!("{LIST}?limit=100&{query}"), desk.claire.clone());
        async move {
            claire.get(&path).await.expect(200).body["tickets"]
                .as_array()
                .expect("a list")
                .clone()
        }
    };
    assert_eq!(list("").await, list(ORDERS[0]).await);
    for (by, key) in [("msg_date", "msg_date"), ("updated_at", "updated_at")] {
        let rows = list(&format!("sort_by={by}&sort_order=asc")).await;
        assert!(
            rows.is_sorted_by_key(|row| row[key].as_str().unwrap_or_default().to_owned()),
            "{by}"
        );
    }
    assert!(
        list("sort_by=priority&sort_order=asc")
            .await
            .is_sorted_by_key(rank)
    );
    let subjects: Vec<String> = list("sort_by=msg_subject&sort_order=asc")
        .await
        .iter()
        .map(|row| {
            row["msg_subject"]
                .as_str()
                .unwrap_or_default()
                .chars()
                .take(1)
                .collect()
        })
        .collect();
    // As a French dictionary has it: digits, letters with and without accents together, z last.
    let place = |letter: &String| {
        ["1", "a", "e", "é", "È", "œ", "Z"]
            .iter()
            .position(|it| it == letter)
    };
    let group = |letter: &String| match place(letter) {
        Some(2..=4) => Some(2),
        other => other,
    };
    assert!(subjects.is_sorted_by_key(group), "{subjects:?}");
    for pair in ORDERS.chunks(2) {
        let (mut down, up) = (list(pair[0]).await, list(pair[1]).await);
        down.reverse();
        assert_eq!(down, up, "{pair:?}");
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_divide_a_list_without_gap_or_overlap() {
    let desk = Desk::open().await;
    for order in ORDERS {
        let whole = ids(&desk
            .claire
            .get(&format!("{LIST}?limit=100&{order}"))
            .await
            .expect(200));
        let mut paged = Vec::new();
        for page in 1..=6 {
            let part = desk
                .claire
                .get(&format!("{LIST}?limit=7&page={page}&{order}"))
                .await
                .expect(200);
            assert_eq!(
                (&part.body["page"], &part.body["limit"]),
                (&json!(page), &json!(7))
            );
            assert_eq!(part.body["total"], 40);
            paged.extend(ids(&part));
        }
        assert_eq!(paged, whole, "{order}");
    }
    let beyond = desk
        .claire
        .get(&format!("{LIST}?page=99"))
        .await
        .expect(200);
    assert_eq!((ids(&beyond), &beyond.body["total"]), (vec![], &json!(40)));
    assert_eq!(beyond.body["nextCursor"], Value::Null);
    let default = desk.claire.get(LIST).await.expect(200);
    assert_eq!(
        (ids(&default).len(), &default.body["limit"]),
        (10, &json!(10))
    );
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_walk_every_row_once_in_every_order_even_while_tickets_arrive() {
    let desk = Desk::open().await;
    let known: BTreeSet<String> = desk.those(|_| true).into_iter().collect();
    for order in ORDERS {
        for (limit, arrivals) in [(2, false), (13, false), (5, true)] {
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("{LIST}?limit={limit}&{order}{cursor}");
                let part = desk.claire.get(&path).await.expect(200);
                walked.extend(ids(&part));
                let Some(next) = part.body["nextCursor"].as_str() else {
                    break;
                };
                cursor = format!("&cursor={next}");
                if arrivals && walked.len() < 30 {
                    ticket_by(&desk.jean, JEAN).await;
                }
            }
            let once: BTreeSet<String> = walked.iter().cloned().collect();
            assert_eq!(
                once.len(),
                walked.len(),
                "a row came twice: {order}, {limit}"
            );
            assert!(
                known.is_subset(&once),
                "a row was left out: {order}, {limit}"
            );
        }
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_on_by_cursor_and_by_page_like_a_list() {
    let desk = Desk::open().await;
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

/// The statements the server ran for requests, counted in PostgreSQL's own log between two marks.
async fn statements_of(database: &TestDatabase, mark: &str, doing: impl Future) -> usize {
    let client = database.client().await;
    let begin = format!("mark-{mark}-begin");
    let end = format!("mark-{mark}-end");
    client
        .batch_execute(&format!("SELECT '{begin}'"))
        .await
        .expect("a mark");
    doing.await;
    client
        .batch_execute(&format!("SELECT '{end}'"))
        .await
        .expect("a mark");
    let log = "SELECT pg_read_file(regexp_replace(current_setting('data_directory'), '[^/]*$', '') || 'postgres.log')";
    let log: String = client
        .query_one(log, &[])
        .await
        .expect("the log can be read")
        .get(0);
    let (_, after) = log.split_once(&begin).expect("the first mark");
    let (between, _) = after.split_once(&end).expect("the second mark");
    between
        .split("LOG:  execute ")
        // The server's own chores lock what they read, or read other tables.
        .filter(|entry| !entry.contains("SKIP LOCKED"))
        .filter(|entry| {
            let tables = ["___xtr_", "___config_admin", "measure = 'tickets'"];
            tables.iter().any(|table| entry.contains(table))
        })
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_fifty_costs_as_many_statements_as_a_page_of_one() {
    let database = Arc::new(TestDatabase::new().await);
    let client = database.client().await;
    let name: String = client
        .query_one("SELECT current_database()::text", &[])
        .await
        .expect("a name")
        .get(0);
    let logging = format!("ALTER DATABASE {name} SET log_statement = 'all'");
    client
        .batch_execute(&logging)
        .await
        .expect("statements are logged");
    let server = TestServer::start_with(TestOptions {
        database: Some(Arc::clone(&database)),
        ..TestOptions::default()
    })
    .await;
    let claire = server.staff("claire");
    let jean = server.customer("cst-jean", JEAN);
    for _ in 0..50 {
        let id = ticket_by(&jean, JEAN).await;
        let said = json!({ "message": "Bonjour" });
        claire.post(&at(&id, "/responses"), &said).await.expect(201);
    }
    all_mail_sent(&server).await;
    for (who, caller, route) in [
        ("staff", &claire, LIST),
        ("owner", &jean, LIST),
        ("staff", &claire, SEARCH),
    ] {
        let mut costs = Vec::new();
        for limit in [1, 50] {
            let path = format!("{route}?limit={limit}&priority=high");
            let asking =
                async { assert_eq!(ids(&caller.get(&path).await.expect(200)).len(), limit) };
            costs.push(statements_of(&database, &format!("{who}-{path}"), asking).await);
        }
        assert_eq!(costs, [2, 2], "{route}: the rows and their total");
    }
    server.stop().await;
}
