//! Bodies that are no JSON, no object, of another type, too large.

use reqwest::Method;
use serde_json::json;
use shared_kernel::Role;
use testkit::{TestServer, form};

use super::problems::{assert_is_problem, assert_problem, assert_refused};
use super::raw_http::{self, exchange};
use crate::chat::{Chat, MESSAGES};
use crate::desk::{CONTACT, JEAN, at, count, ticket_by};

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
async fn json_that_is_no_object_is_told_so_and_encoded_bodies_by_the_header() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let id = ticket_by(&server.api, JEAN).await;
    let escalate = at(&id, "/escalate");
    for (body, words) in [
        ("[]", "un objet JSON"),
        ("\"x\"", "un objet JSON"),
        ("12", "un objet JSON"),
        ("null", "un objet JSON"),
        (" ", "un objet JSON"),
        ("[1", "un JSON valide"),
        ("name=x", "un JSON valide"),
    ] {
        let body = Some(body.as_bytes().to_vec());
        let answer = claire.call(Method::POST, &escalate, body.clone()).await;
        assert_problem(&answer, 400, "malformed_json");
        assert!(
            answer.text_at("/message").contains(words),
            "{}",
            answer.text
        );
    }
    let packed = claire.with_header("Content-Encoding", "gzip");
    let answer = packed.post(&escalate, &json!({ "reason": "Urgent" })).await;
    assert_problem(&answer, 415, "unsupported_media_type");
    for words in ["/message", "/detail"] {
        assert!(
            answer.text_at(words).contains("Content-Encoding"),
            "{}",
            answer.text
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_there_is_of_no_type() {
    let chat = Chat::start().await;
    let message = chat.message("Bonjour").await;
    let (jean, claire) = (
        chat.server.token(Role::Customer, "cst-jean", None),
        chat.server.token(Role::Staff, "staff-claire", None),
    );
    let id = ticket_by(&chat.jean, JEAN).await;
    let ask = async |method: &str, path: &str, token: &str, headers: &[&str]| {
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            "Host: guichet".to_owned(),
            format!("Authorization: Bearer {token}"),
            "Connection: close".to_owned(),
        ];
        lines.extend(headers.iter().map(ToString::to_string));
        let request = format!("{}\r\n\r\n", lines.join("\r\n"));
        exchange(chat.server.server.address, request.into_bytes()).await
    };
    let form = "Content-Type: application/x-www-form-urlencoded";
    for headers in [
        &[][..],
        &["Content-Length: 0"],
        &["Content-Length: 0", form],
        &["Content-Type: text/plain"],
    ] {
        for verb in ["read", "close", "archive"] {
            let path = format!("{MESSAGES}/{message}/{verb}");
            let answer = ask("PUT", &path, &jean, headers).await;
            assert_eq!(answer.status, 200, "{verb} {headers:?} {}", answer.body);
        }
        let answer = ask("POST", &at(&id, "/escalate"), &claire, headers).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (400, Some("malformed_json")),
            "{headers:?}"
        );
    }
    chat.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_stands_there_twice_is_one_if_it_says_the_same_and_else_refused_by_its_name()
{
    let server = TestServer::start().await;
    let whole = form(JEAN).to_string();
    let with = |members: &str| format!("{{{members},{}", &whole[1..]).into_bytes();
    let subject = form(JEAN)["subject"].to_string();
    for (members, field) in [
        (format!(r#""subject":{subject}"#), None),
        (r#""subject":null"#.to_owned(), None),
        (
            r#""subject":"Une tout autre chose""#.to_owned(),
            Some("subject"),
        ),
        (
            r#""vehicleInfo":{"year":2018,"year":2018}"#.to_owned(),
            None,
        ),
        (
            r#""vehicleInfo":{"year":2018,"year":2019}"#.to_owned(),
            Some("vehicle_info"),
        ),
        (r#""note":1,"note":2"#.to_owned(), None),
    ] {
        let mut body = with(&members);
        if members.contains("vehicleInfo") {
            let mut form = form(JEAN);
            form["vehicle_info"] = json!(null);
            let whole = form.to_string();
            body = format!("{{{members},{}", &whole[1..]).into_bytes();
        }
        let answer = server.api.call(Method::POST, CONTACT, Some(body)).await;
        match field {
            None => assert_eq!(answer.status, 201, "{members}: {}", answer.text),
            Some(field) => {
                assert_refused(&answer, &[field]);
                assert_eq!(answer.text_at("/errors/0/code"), "repeated", "{members}");
            }
        }
    }
    server.stop().await;
}
