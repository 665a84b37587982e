//! Whatever is sent: never a 500, always a problem that names every refused field.

use std::collections::BTreeSet;

use guichet::http::routes;
use reqwest::Method;
use serde_json::{Map, Value, json};
use testkit::{Answer, Api, TestServer, form};

use crate::desk::{CONTACT, JEAN, LIST, SEARCH, all_mail_sent, at, count, form_with, ticket_by};
use crate::raw_http::{self, exchange};
use crate::seeded::Seeded;

/// A problem with every member clients read, and nothing of the database in it.
#[track_caller]
fn assert_is_problem(status: u16, content_type: &str, request_id: &str, body: &Value) {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(content_type, "application/problem+json", "{body}");
    assert_eq!(
        (&body["status"], &body["statusCode"]),
        (&json!(status), &json!(status))
    );
    for member in [
        "type",
        "title",
        "detail",
        "message",
        "code",
        "path",
        "requestId",
    ] {
        assert!(!text(member).is_empty(), "{member} is missing: {body}");
    }
    assert!(text("type").ends_with(&text("code")), "{body}");
    assert!(!text("path").contains('?'), "{body}");
    assert_eq!(text("requestId"), request_id);
    let timestamp = text("timestamp");
    assert!(chrono::DateTime::parse_from_rfc3339(&timestamp).is_ok());
    assert!(
        timestamp.ends_with('Z') && timestamp.len() == 24,
        "{timestamp}"
    );
    if text("code") == "validation_failed" {
        for error in body["errors"].as_array().expect("refused fields") {
            for member in ["field", "code", "message"] {
                assert!(
                    error[member].as_str().is_some_and(|it| !it.is_empty()),
                    "{body}"
                );
            }
        }
    }
    let all = body.to_string().to_lowercase();
    for word in [
        "postgres",
        "diesel",
        "sql",
        "___xtr",
        "constraint",
        "panicked",
        "/src/",
    ] {
        assert!(!all.contains(word), "{word}: {body}");
    }
}

/// The same of an answer, with its status and code.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let (kind, id) = (answer.header("content-type"), answer.header("x-request-id"));
    assert_is_problem(status, kind, id, &answer.body);
    assert_eq!(answer.text_at("/code"), code, "{}", answer.text);
}

/// The fields a validation problem names.
fn refused(answer: &Answer) -> BTreeSet<String> {
    let errors = answer.body["errors"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    errors
        .iter()
        .map(|error| error["field"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[track_caller]
pub fn assert_refused(answer: &Answer, fields: &[&str]) {
    assert_problem(answer, 400, "validation_failed");
    let expected: BTreeSet<String> = fields.iter().map(ToString::to_string).collect();
    assert_eq!(refused(answer), expected, "{}", answer.text);
}

/// The form with one field, also inside `vehicle_info`, set otherwise.
fn form_with_field(field: &str, value: Value) -> Value {
    let mut body = form(JEAN);
    let pointer = format!("/{}", field.replace('.', "/"));
    match body.pointer_mut(&pointer) {
        Some(place) => *place = value,
        None => body[field] = value,
    }
    body
}

const TEXT_FIELDS: [&str; 12] = [
    "name",
    "email",
    "phone",
    "subject",
    "message",
    "priority",
    "category",
    "order_number",
    "customer_id",
    "vehicle_info.brand",
    "vehicle_info.model",
    "vehicle_info.license_plate",
];

#[tokio::test(flavor = "multi_thread")]
async fn json_that_is_none_is_said_to_be_so() {
    let server = TestServer::start().await;
    let whole = form(JEAN).to_string();
    let named = |name: &str| format!(r#"{{"name":{name}}}"#).into_bytes();
    let deep = "[".repeat(100_000);
    let mut bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b" ".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"42".to_vec(),
        b"\"text\"".to_vec(),
        b"true".to_vec(),
        b"{".to_vec(),
        b"{'name':'Jean'}".to_vec(),
        b"name=Jean".to_vec(),
        named("NaN"),
        named("Infinity"),
        named("1e999"),
        named("\"\\ud800\""),
        named("\"\\udc00\\ud800\""),
        named("\"\\x41\""),
        named(&deep),
        b"{\"name\":\"\xff\xfe\"}".to_vec(),
        b"{\"name\":\"\xed\xa0\x80\"}".to_vec(),
        br#"{"name":"Jean","name":"Paul"}"#.to_vec(),
        [b"\xef\xbb\xbf", whole.as_bytes()].concat(),
        format!("{whole}{whole}").into_bytes(),
        format!("{whole},").into_bytes(),
        whole.replace("}", ",}").into_bytes(),
    ];
    bodies.extend((1..10).map(|tenth| whole.as_bytes()[..whole.len() * tenth / 10].to_vec()));
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = server.api.call(Method::POST, CONTACT, Some(body)).await;
        assert_eq!(answer.status, 400, "{shown}");
        assert_problem(&answer, 400, "malformed_json");
    }
    assert_eq!(count(&server, "___xtr_msg").await, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_an_object_and_never_a_list_of_its_values() {
    let server = TestServer::start().await;
    let subject = "Problème démarrage véhicule";
    let message = "Mon véhicule ne démarre plus depuis ce matin.";
    let values = json!([
        "Jean Dupont",
        JEAN,
        null,
        subject,
        message,
        "high",
        "technical",
        null,
        null,
        null
    ]);
    assert_problem(
        &server.api.post(CONTACT, &values).await,
        400,
        "malformed_json",
    );
    let mut body = form(JEAN);
    body["vehicle_info"] = json!(["Renault", "Clio", 2018, "AB-123-CD"]);
    assert_refused(&server.api.post(CONTACT, &body).await, &["vehicle_info"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_refused_fields_are_reported_at_once() {
    let server = TestServer::start().await;
    let api = &server.api;
    let required = [
        "name", "email", "subject", "message", "priority", "category",
    ];
    assert_refused(&api.post(CONTACT, &json!({})).await, &required);
    let nulls: Map<String, Value> = required
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    assert_refused(&api.post(CONTACT, &nulls.into()).await, &required);

    let mut all: Vec<&str> = TEXT_FIELDS.to_vec();
    all.push("vehicle_info.year");
    for wrong in [json!([]), json!({}), json!(true)] {
        let mut body = form(JEAN);
        for field in &all {
            let pointer = format!("/{}", field.replace('.', "/"));
            match body.pointer_mut(&pointer) {
                Some(place) => *place = wrong.clone(),
                None => body[*field] = wrong.clone(),
            }
        }
        assert_refused(&api.post(CONTACT, &body).await, &all);
    }
    let staff = server.staff("staff-claire");
    let id = ticket_by(api, JEAN).await;
    let bad = json!({ "status": "ouvert", "assigned_to": "a b", "internal_note": "" });
    let answer = staff.put(&at(&id, "/status"), &bad).await;
    assert_refused(&answer, &["status", "assigned_to", "internal_note"]);
    let bad = json!({ "message": 1, "internal": "peut-être" });
    let answer = staff.post(&at(&id, "/responses"), &bad).await;
    assert_refused(&answer, &["message", "internal"]);
    let bad = json!({ "staff_id": 1, "reason": [] });
    let answer = staff.post(&at(&id, "/escalate"), &bad).await;
    assert_refused(&answer, &["staff_id", "reason"]);
    let jean = server.customer("cst-jean", JEAN);
    let bad = json!({ "rating": 6, "feedback": 5 });
    let answer = jean.post(&at(&id, "/satisfaction"), &bad).await;
    assert_refused(&answer, &["rating", "feedback"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_the_wrong_type_is_refused_by_its_name() {
    let server = TestServer::start().await;
    let wrong = [
        json!(1),
        json!(-1.5),
        json!(true),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({ "a": 1 }),
    ];
    for field in TEXT_FIELDS {
        for value in &wrong {
            let answer = server
                .api
                .post(CONTACT, &form_with_field(field, value.clone()))
                .await;
            assert_refused(&answer, &[field]);
        }
    }
    for value in [
        json!("deux mille"),
        json!(2018.5),
        json!(1885),
        json!(2101),
        json!(-1),
        json!(1e300),
        json!([]),
    ] {
        let answer = server
            .api
            .post(CONTACT, &form_with_field("vehicle_info.year", value))
            .await;
        assert_refused(&answer, &["vehicle_info.year"]);
    }
    for value in [json!("Clio"), json!(1), json!([1]), json!(true)] {
        let answer = server
            .api
            .post(CONTACT, &form_with_field("vehicle_info", value))
            .await;
        assert_refused(&answer, &["vehicle_info"]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nul_is_refused_in_every_text_and_a_line_break_in_every_line() {
    let server = TestServer::start().await;
    for field in TEXT_FIELDS {
        let sound = form(JEAN);
        let pointer = format!("/{}", field.replace('.', "/"));
        let sound = sound
            .pointer(&pointer)
            .and_then(Value::as_str)
            .unwrap_or("cst-jean");
        for bad in ["\0", "\u{1b}[2J", "\u{85}"] {
            let answer = server
                .api
                .post(
                    CONTACT,
                    &form_with_field(field, json!(format!("{sound}{bad}x"))),
                )
                .await;
            assert_refused(&answer, &[field]);
        }
        if field != "message" {
            for bad in ["\r\nBcc: victim@example.com", "\n", "\u{2028}x"] {
                let answer = server
                    .api
                    .post(
                        CONTACT,
                        &form_with_field(field, json!(format!("{sound}{bad}x"))),
                    )
                    .await;
                assert_refused(&answer, &[field]);
            }
        }
    }
    let staff = server.staff("staff-claire");
    let jean = server.customer("cst-jean", JEAN);
    let id = ticket_by(&jean, JEAN).await;
    let nul = "bonjour\0";
    let answer = staff
        .post(&at(&id, "/responses"), &json!({ "message": nul }))
        .await;
    assert_refused(&answer, &["message"]);
    let answer = staff
        .post(&at(&id, "/escalate"), &json!({ "reason": nul }))
        .await;
    assert_refused(&answer, &["reason"]);
    let body = json!({ "status": "open", "internal_note": nul });
    assert_refused(
        &staff.put(&at(&id, "/status"), &body).await,
        &["internal_note"],
    );
    let body = json!({ "rating": 5, "feedback": nul });
    assert_refused(
        &jean.post(&at(&id, "/satisfaction"), &body).await,
        &["feedback"],
    );
    assert_refused(
        &staff
            .put(&at(&id, "/assign"), &json!({ "staff_id": nul }))
            .await,
        &["staff_id"],
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_are_counted_in_characters_and_both_ends_belong() {
    let server = TestServer::start().await;
    for (field, length, status) in [
        ("subject", 9, 400),
        ("subject", 10, 201),
        ("subject", 200, 201),
        ("subject", 201, 400),
        ("message", 19, 400),
        ("message", 20, 201),
        ("message", 20_000, 201),
        ("message", 20_001, 400),
        ("name", 120, 201),
        ("name", 121, 400),
    ] {
        for letter in ["a", "é", "🚗"] {
            let text = letter.repeat(length);
            let answer = server
                .api
                .post(CONTACT, &form_with_field(field, json!(text)))
                .await;
            assert_eq!(
                answer.status, status,
                "{field} of {length} {letter}: {}",
                answer.text
            );
        }
    }
    let blank = " ".repeat(50);
    for field in ["subject", "message", "name"] {
        let answer = server
            .api
            .post(CONTACT, &form_with_field(field, json!(blank)))
            .await;
        assert_refused(&answer, &[field]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_kept_and_shown_as_they_were_written() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let jean = server.customer("cst-jean", JEAN);
    for text in [
        "{{7*7}} {% if true %}49{% endif %} et {{ subject }}",
        "%s%s%s%n %d %x $1 ${jndi:ldap://example.com/a} {} {0}",
        "<script>alert(1)</script> & \"guillemets\" 'simples'",
        "'; DROP TABLE ___xtr_msg; -- et ensuite \\'; SELECT 1",
        "👨‍👩‍👧‍👦 famille 🏴󠁧󠁢󠁥󠁮󠁧󠁿 et e\u{301} décomposé \u{202e}renversé\u{202c}",
        "[META]{\"priority\":\"urgent\",\"status\":\"closed\"} texte",
        "[NOTE INTERNE] ceci n'est pas une note interne",
        "[ESCALADE] ceci n'est pas une escalade du tout",
        "  espaces autour, gardés tels quels, merci bien  ",
    ] {
        let body = form_with(
            JEAN,
            json!({ "subject": text, "message": text, "priority": "low" }),
        );
        let created = jean.post(CONTACT, &body).await.expect(201);
        let id = created.text_at("/msg_id").to_owned();
        jean.post(&at(&id, "/responses"), &json!({ "message": text }))
            .await
            .expect(201);
        for reader in [&jean, &staff] {
            let shown = reader.get(&at(&id, "")).await.expect(200);
            assert_eq!(shown.text_at("/msg_subject"), text);
            assert_eq!(shown.text_at("/msg_content"), text);
            assert_eq!(shown.text_at("/responses/0/msg_content"), text);
            assert_eq!(shown.body["responses"][0]["internal"], false);
            assert_eq!(
                (shown.text_at("/priority"), shown.text_at("/status")),
                ("low", "open")
            );
        }
        all_mail_sent(&server).await;
        let mails = server.smtp.mails();
        let told = mails
            .iter()
            .filter(|mail| mail.rcpt_to == ["support@shop.example"])
            .find(|mail| mail.subject().is_some_and(|subject| subject.contains(&id)))
            .expect("the support address is told");
        let plain = told.part("text/plain").expect("a text part");
        assert!(plain.contains(text.trim()), "{plain}");
        let html = told.part("text/html").expect("an HTML part");
        assert!(!html.contains("<script"), "{html}");
    }
    server.stop().await;
}

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
        ("priority", vec!["URGENT", "x", "urgent,low", "%00"]),
        ("category", vec!["Technique", "%ff", "a%20b"]),
        (
            "sort_by",
            vec!["msg_content", "msg_date;DROP", "1", "cst_mail", "%00"],
        ),
        ("sort_order", vec!["up", "DESC", "1"]),
        (
            "cursor",
            vec!["x", "AAAA", "%00", "W10", "eyJhIjoxfQ", "%ff"],
        ),
    ];
    let list = [
        ("status", vec!["opened", "OPEN", "0", "%00"]),
        (
            "assigned_to",
            vec!["a%20b", "%00", "%ff", "%C3%A9", "a%2Fb"],
        ),
        (
            "customer_email",
            vec!["jean", "jean@", "@x.fr", "a%0D%0Ab@x.fr", "%00@x.fr"],
        ),
    ];
    let search = [
        ("keyword", vec!["%00", "%ff", "a%00b", "a%0Db"]),
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
    let all = "page=0&limit=0&status=x&priority=x&category=x&assigned_to=%20&customer_email=x&sort_by=x&sort_order=x&cursor=x";
    let names: Vec<&str> = all
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    assert_refused(&staff.get(&format!("{LIST}?{all}")).await, &names);
    let all = "keyword=%00&customer_id=%20&priority=x&category=x&date_from=x&date_to=x&page=0&limit=0&cursor=x&sort_by=x&sort_order=x";
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
        "%ff",
        "..%2f..%2fetc%2fpasswd",
        "%F0%9F%9A%97",
        "%C3%A9",
        "%20",
        "1%27%20OR%201=1--",
        "%25",
        "%5C",
        "TICKET-1%0D%0AX:y",
        "%ed%a0%80",
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

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_plain_json_is_415() {
    let server = TestServer::start().await;
    let body = form(JEAN).to_string().into_bytes();
    let length = format!("Content-Length: {}", body.len());
    let ask = async |headers: &[&str]| {
        let mut headers = headers.to_vec();
        headers.push(&length);
        exchange(
            server.server.address,
            raw_http::post(CONTACT, &headers, &body),
        )
        .await
    };
    let refused: [&[&str]; 8] = [
        &[],
        &["Content-Type: text/plain"],
        &["Content-Type: application/x-www-form-urlencoded"],
        &["Content-Type: multipart/form-data; boundary=x"],
        &["Content-Type: ///"],
        &["Content-Type:"],
        &["Content-Type: application/json", "Content-Encoding: gzip"],
        &[
            "Content-Type: application/json",
            "Content-Encoding: identity, br",
        ],
    ];
    for headers in refused {
        let answer = ask(headers).await;
        assert_eq!(answer.status, 415, "{headers:?}");
        assert_is_problem(
            415,
            answer.header("content-type"),
            answer.header("x-request-id"),
            &answer.body,
        );
    }
    let taken: [&[&str]; 4] = [
        &["Content-Type: application/json"],
        &["Content-Type: application/json; charset=utf-8"],
        &["content-type: APPLICATION/JSON"],
        &[
            "Content-Type: application/json",
            "Content-Encoding: identity",
        ],
    ];
    for headers in taken {
        assert_eq!(ask(headers).await.status, 201, "{headers:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_413_declared_or_not() {
    let server = TestServer::start().await;
    let filler = "x".repeat(10 * 1024 * 1024);
    let whole = json!({ "message": filler }).to_string();
    let length = format!("Content-Length: {}", whole.len());
    let headers = ["Content-Type: application/json", &length];
    let declared = raw_http::post(CONTACT, &headers, whole.as_bytes());

    let mut chunked = Vec::new();
    for part in whole.as_bytes()[..1024 * 1024].chunks(8_000) {
        chunked.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        chunked.extend_from_slice(part);
        chunked.extend_from_slice(b"\r\n");
    }
    let headers = [
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
    ];
    let undeclared = raw_http::post(CONTACT, &headers, &chunked);
    for request in [declared, undeclared] {
        let answer = exchange(server.server.address, request).await;
        assert_eq!(answer.status, 413, "{}", answer.head);
        assert_is_problem(
            413,
            answer.header("content-type"),
            answer.header("x-request-id"),
            &answer.body,
        );
        assert_eq!(answer.body["code"], "body_too_large");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_one_is_refused() {
    let server = TestServer::start().await;
    let long = "k".repeat(256);
    for key in ["", "   ", &long] {
        let answer = server
            .api
            .with_header("Idempotency-Key", key)
            .post(CONTACT, &form(JEAN))
            .await;
        assert_refused(&answer, &["Idempotency-Key"]);
    }
    let body = form(JEAN).to_string();
    let length = format!("Content-Length: {}", body.len());
    let headers = [
        "Content-Type: application/json",
        &length,
        "Idempotency-Key: clé",
    ];
    let answer = exchange(
        server.server.address,
        raw_http::post(CONTACT, &headers, body.as_bytes()),
    )
    .await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(answer.body["errors"][0]["field"], "Idempotency-Key");
    assert_eq!(count(&server, "___xtr_msg").await, 0);
    let longest = "k".repeat(255);
    server
        .api
        .with_header("Idempotency-Key", &longest)
        .post(CONTACT, &form(JEAN))
        .await
        .expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_none_of_ours_is_stale() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let id = ticket_by(&server.api, JEAN).await;
    for tag in [
        "",
        "1",
        "abc",
        "\"abc\"",
        "\"\"",
        "\"",
        "W/\"1\"",
        "\"01\"",
        "\"+1\"",
        "\"-1\"",
        "\"1",
        "\"99999999999999999999999\"",
    ] {
        let caller = staff.with_header("If-Match", tag);
        let closing = json!({ "status": "closed", "staff_id": "staff-claire" });
        for end in ["/status", "/assign"] {
            let answer = caller.put(&at(&id, end), &closing).await;
            assert_eq!(answer.status, 412, "{tag} {end}: {}", answer.text);
            assert_problem(&answer, 412, "stale_version");
        }
    }
    let shown = staff.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.body["version"], 1);
    server.stop().await;
}

/// Anything JSON can say.
fn anything(chance: &mut Seeded, depth: usize) -> Value {
    match chance.below(if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => json!(chance.below(2) == 1),
        2 => json!(chance.below(4_000)),
        3 => json!(chance.pick(&[-1.5, 1e300, -0.0, 9.007_199_254_740_993e15])),
        4 => json!(chance.pick(&[i64::MIN, i64::MAX, 0, 2018])),
        5 | 6 => json!(any_text(chance)),
        7 => (0..chance.below(4))
            .map(|_| anything(chance, depth - 1))
            .collect(),
        _ => (0..chance.below(4))
            .map(|_| (any_text(chance), anything(chance, depth - 1)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn any_text(chance: &mut Seeded) -> String {
    const LETTERS: [char; 24] = [
        'a',
        'Z',
        '0',
        ' ',
        'é',
        '\0',
        '\n',
        '\r',
        '"',
        '\\',
        '\'',
        '%',
        '{',
        '}',
        '<',
        '@',
        '.',
        '-',
        '🚗',
        '\u{200d}',
        '\u{feff}',
        '\u{ffff}',
        '\u{202e}',
        '\u{10ffff}',
    ];
    let words = [
        "jean@example.com",
        "urgent",
        "technical",
        "Renault",
        "AB-123-CD",
        "+33612345678",
        "cst-1",
    ];
    match chance.below(3) {
        0 => (*chance.pick(&words)).to_owned(),
        1 => (0..chance.below(12))
            .map(|_| *chance.pick(&LETTERS))
            .collect(),
        _ => (0..20 + chance.below(250))
            .map(|_| *chance.pick(&LETTERS))
            .collect(),
    }
}

async fn post_anything(api: &Api, chance: &mut Seeded) -> Answer {
    let mut body = form(JEAN);
    for field in TEXT_FIELDS
        .iter()
        .chain(&["vehicle_info.year", "vehicle_info"])
    {
        if chance.below(3) == 0 {
            let value = anything(chance, 2);
            let pointer = format!("/{}", field.replace('.', "/"));
            match body.pointer_mut(&pointer) {
                Some(place) => *place = value,
                None if field.contains('.') => {}
                None => body[*field] = value,
            }
        }
    }
    let answer = api.post(CONTACT, &body).await;
    assert!(
        [201, 400, 403].contains(&answer.status),
        "{body}\n{}",
        answer.text
    );
    // Nobody may name a customer, so a well-formed one is refused as well.
    if answer.status == 403 {
        assert_problem(&answer, 403, "identity_mismatch");
        assert!(body["customer_id"].is_string(), "{body}");
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn any_json_in_any_field_makes_a_ticket_or_a_refusal() {
    let server = TestServer::start().await;
    let mut chance = Seeded::new(20_261_123);
    let mut taken = 0;
    for _ in 0..600 {
        let answer = post_anything(&server.api, &mut chance).await;
        match answer.status {
            201 => taken += 1,
            400 => assert_problem(&answer, 400, "validation_failed"),
            _ => {}
        }
    }
    assert_eq!(count(&server, "___xtr_msg").await, taken);
    assert!(taken > 0, "chance never made a good form");
    server.stop().await;
}
