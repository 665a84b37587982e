//! Paths and queries: what means nothing is refused by name, what names nothing is not found.

use std::collections::BTreeSet;

use guichet::http::routes;
use reqwest::Method;
use serde_json::json;
use testkit::TestServer;

use super::problems::{assert_problem, assert_refused};
use crate::desk::{FAQ, FAQ_CATEGORIES, JEAN, LIST, SEARCH, at, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_means_nothing_is_refused_by_name() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let both = [
        (
            "page",
            vec![
                "-1",
                "0",
                "1.5",
                "9223372036854775808",
                "abc",
                "1e3",
                "0x10",
                "%2B",
            ],
        ),
        ("limit", vec!["0", "101", "-1", "1.5", "99999999999", "all"]),
        ("priority", vec!["urgents", "x", "urgent,low", "%00"]),
        ("category", vec!["Technique", "%ff", "a%20b"]),
        (
            "sort_by",
            vec!["msg_content", "msg_date;DROP", "1", "cst_mail", "%00"],
        ),
        ("sort_order", vec!["up", "descending", "1"]),
        (
            "cursor",
            vec!["x", "AAAA", "%00", "W10", "eyJhIjoxfQ", "%ff"],
        ),
    ];
    let list = [
        ("status", vec!["opened", "OPENED", "0", "%00"]),
        ("assigned_to", vec!["a%20b", "%00", "%ff", "%C3%A9"]),
        (
            "customer_email",
            vec!["jean", "jean@", "@x.fr", "a%0D%0Ab@x.fr", "%00@x.fr"],
        ),
    ];
    let search = [
        ("keyword", vec!["%00", "%ff", "a%00b"]),
        ("customer_id", vec!["a%20b", "%00", "%ff"]),
        (
            "date_from",
            vec![
                "99999-01-01",
                "2026-02-30",
                "hier",
                "0000-01-01",
                "%2B099999-01-01",
                "2026-01-01T25:00:00Z",
            ],
        ),
        (
            "date_to",
            vec![
                "99999-12-31T00:00:00Z",
                "2026-13-01",
                "2026-02-30",
                "1",
                "-0001-01-01",
            ],
        ),
    ];
    let cases = both
        .iter()
        .flat_map(|case| [(LIST, case), (SEARCH, case)])
        .chain(list.iter().map(|case| (LIST, case)))
        .chain(search.iter().map(|case| (SEARCH, case)));
    for (route, (name, values)) in cases {
        for value in values {
            let answer = staff.get(&format!("{route}?{name}={value}")).await;
            assert_eq!(
                answer.status, 400,
                "{route}?{name}={value}: {}",
                answer.text
            );
            assert_refused(&answer, &[name]);
        }
        let repeated = staff.get(&format!("{route}?{name}=1&{name}=2")).await;
        assert_refused(&repeated, &[name]);
    }
    let all = "page=0&limit=0&status=x&priority=x&category=x&assigned_to=a%20b&customer_email=x&sort_by=x&sort_order=x&cursor=x";
    let names: Vec<&str> = all
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    assert_refused(&staff.get(&format!("{LIST}?{all}")).await, &names);
    let all = "keyword=%00&customer_id=a%20b&priority=x&category=x&date_from=x&date_to=x&page=0&limit=0&cursor=x&sort_by=x&sort_order=x";
    let names: Vec<&str> = all
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    assert_refused(&staff.get(&format!("{SEARCH}?{all}")).await, &names);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_but_meaningful_queries_are_answered() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    ticket_by(&server.api, JEAN).await;
    for query in [
        "page=4294967295&limit=100",
        "priority=&status=&page=",
        "assigned_to=%20&cursor=%09&customer_email=%C2%A0",
        "status[]=open&status[]=open",
        "unknown=1&unknown=2",
        "&&&=&",
        "page=%31",
    ] {
        staff.get(&format!("{LIST}?{query}")).await.expect(200);
    }
    for keyword in [
        "%27",
        "%22",
        "%22%22",
        "(((",
        "!!!",
        "a:*%26!b",
        "%2D",
        "-",
        "%5C",
        "%25",
        "_",
        "%3Cb%3E",
        "OU",
        "or",
        "%22a%20OU",
        "le",
        "%F0%9F%9A%97",
        "%20",
        "%09x",
    ] {
        let answer = staff.get(&format!("{SEARCH}?keyword={keyword}")).await;
        assert!(
            [200, 400].contains(&answer.status),
            "{keyword}: {}",
            answer.text
        );
    }
    let long = "mot%20".repeat(190);
    let answer = staff.get(&format!("{SEARCH}?keyword={long}")).await;
    assert!([200, 400].contains(&answer.status), "{}", answer.text);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_be_no_id_names_no_ticket() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let long = "x".repeat(51);
    let very_long = "x".repeat(5_000);
    for id in [
        "a%2fb",
        "%00",
        "%EF%BF%BD",
        "..%2f..%2fetc%2fpasswd",
        "%F0%9F%9A%97",
        "%C3%A9",
        "%20",
        "1%27%20OR%201=1--",
        "%25",
        "%5C",
        "TICKET-1%0D%0AX:y",
        "{}",
        "*",
        &long,
        &very_long,
    ] {
        for end in ["", "/responses"] {
            let answer = staff.get(&at(id, end)).await;
            assert_eq!(answer.status, 404, "{id}: {}", answer.text);
            assert_problem(&answer, 404, "ticket_not_found");
        }
        let closing = json!({ "status": "closed" });
        assert_problem(
            &staff.put(&at(id, "/status"), &closing).await,
            404,
            "ticket_not_found",
        );
        let page = staff.get(&format!("/rate/{id}?sig=1.2.x")).await;
        assert_eq!(page.status, 403, "{id}: {}", page.text);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_are_refused_by_the_parameter_they_stand_in() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    for bytes in ["%ff", "%ed%a0%80", "x%C3", "%C3%28"] {
        for (path, parameter) in [
            (at(bytes, ""), "ticketId"),
            (at(bytes, "/responses"), "ticketId"),
            (format!("/api/messages/{bytes}"), "id"),
            (format!("{FAQ}/{bytes}"), "faqId"),
            (format!("{FAQ_CATEGORIES}/{bytes}"), "categoryId"),
            (format!("{LIST}?status={bytes}"), "status"),
            (format!("{SEARCH}?keyword={bytes}"), "keyword"),
            (format!("{SEARCH}?keyword=a&keyword={bytes}"), "keyword"),
            (format!("/api/messages?search={bytes}"), "search"),
            (format!("{FAQ}?search={bytes}"), "search"),
            (format!("{FAQ}/suggest?q={bytes}"), "q"),
            (format!("/api/events?after={bytes}"), "after"),
        ] {
            let answer = staff.get(&path).await;
            assert_refused(&answer, &[parameter]);
            assert_eq!(
                answer.text_at("/errors/0/code"),
                "invalid_encoding",
                "{path}"
            );
        }
        // What nobody reads may hold anything; a name that is no text may have been anybody's.
        let unread = format!("{LIST}?utm_source={bytes}");
        staff.get(&unread).await.expect(200);
        for route in [LIST, SEARCH, FAQ, "/api/messages", "/api/events"] {
            let answer = staff.get(&format!("{route}?{bytes}=1")).await;
            assert_eq!(answer.status, 400, "{route}: {}", answer.text);
            assert_eq!(answer.text_at("/errors/0/code"), "invalid_encoding");
            assert!(answer.text_at("/errors/0/field").contains('\u{fffd}'));
        }
    }
    // What was written as U+FFFD is a text.
    let found = staff.get(&format!("{SEARCH}?keyword=%EF%BF%BD")).await;
    found.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_routes_are_404_and_wrong_methods_405_with_allow() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    for path in [
        "/nope",
        "/api",
        "/api/support",
        "/api/support/contact/nope",
        "/API/SUPPORT/CONTACT",
        "/rate",
        "/api/support/contact/ticket/a/b/c",
        "/%00",
        "/%ff",
        "/..%2f",
    ] {
        for api in [&server.api, &staff] {
            assert_problem(&api.get(path).await, 404, "route_not_found");
        }
    }
    let endpoints = routes::endpoints();
    for endpoint in &endpoints {
        let path = endpoint.path.replace("{ticketId}", "TICKET-00000000");
        let allowed: BTreeSet<String> = endpoints
            .iter()
            .filter(|other| other.path == endpoint.path)
            .map(|other| other.method.to_string())
            .collect();
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
        ] {
            if allowed.contains(method) {
                continue;
            }
            let method = method.parse::<Method>().expect("a method");
            let answer = server.api.call(method, &path, None).await;
            assert_problem(&answer, 405, "method_not_allowed");
            let said: BTreeSet<String> = answer
                .header("allow")
                .split(", ")
                .map(str::to_owned)
                .collect();
            assert_eq!(said, allowed, "{path}");
        }
    }
    server.stop().await;
}
