//! Lists: every filter, every order, every page, whole walks by cursor.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::forty::{Forty, ORDERS, sorted};
use crate::desk::{JEAN, LIST, SEARCH, ids, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_keeps_what_it_names_and_the_total_agrees() {
    let desk = Forty::open().await;
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
    let desk = Forty::open().await;
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
    let desk = Forty::open().await;
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
    let desk = Forty::open().await;
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
    let desk = Forty::open().await;
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
